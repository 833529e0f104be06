import { z } from 'zod';

/** The text of an issue: `missing` where nothing was written, else what to write. */
export const write = (what: string) => ({
  error: (issue: { input?: unknown }) => (issue.input === undefined ? `missing; write ${what}` : `write ${what}`),
});

/** A list with at least one entry, each of `what`. */
export const listOf = (what: string) =>
  z.array(z.string(write(what)).trim().min(1, `write ${what}`), write(what)).min(1, `write ${what}`);

/** A list of Defender's own words, in any case. */
export const wordsOf = (words: readonly string[]) => {
  const what = `a list of ${words.join(', ')}`;
  const word = z.string(write(what)).transform((text, context) => {
    const known = words.find((each) => each.toLowerCase() === text.trim().toLowerCase());
    if (known !== undefined) return known;
    context.addIssue({ code: 'custom', message: `write ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}` });
    return z.NEVER;
  });
  return z.array(word, write(what)).min(1, `write ${what}`);
};

export const yesOrNo = z.boolean(write('true or false'));

const patternForm = 'a list of patterns, with * for any characters and ? for one';
export const patterns = z
  .array(
    z.string(write(patternForm)).trim().min(1, `write ${patternForm}`).max(255, 'write 255 characters or less'),
    write(patternForm),
  )
  .min(1, `write ${patternForm}`);

const channelForm = 'a list of channels: slack:<channel id>, e.g. slack:C0INCIDENT, or teams:<conversation id>';
export const channelPattern = /^(?:slack:[CG][A-Z0-9]+|teams:19:\S+@thread\.\w+)$/;

/** `slack:C0INCIDENT` or `teams:19:…@thread.tacv2`. */
export function readChannel(place: string): { platform: 'slack' | 'teams'; conversation: string } {
  const colon = place.indexOf(':');
  return { platform: place.startsWith('slack:') ? 'slack' : 'teams', conversation: place.slice(colon + 1) };
}

export const channels = z
  .array(z.string(write(channelForm)).regex(channelPattern, `write ${channelForm}`), write(channelForm))
  .min(1, `write ${channelForm}`)
  .transform((list) => [...new Set(list)].map(readChannel));
