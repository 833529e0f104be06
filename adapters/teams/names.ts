/**
 * Everything that the adapter and its cards agree on by name. manifests/teams/manifest.json declares the same commands; a test
 * keeps the two in step.
 */

/** `verb` of every `Action.Execute` of Cordon. What it means is behind the token in `data`. */
export const pressVerb = 'cordon.press';

/** Id of the text input in which the reason of a denial is given; arrives beside `token` in `action.data`. */
export const reasonInput = 'reason';

/** `data` of an `Action.Execute`. Anything else in it is not read. */
export interface PressData {
  readonly token: string;
}

export const messagesPath = '/api/messages';
