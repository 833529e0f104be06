/**
 * The part of Adaptive Cards 1.5 that Cordon uses, as it is on the wire. There is no `TextBlock` and no `FactSet` here, on
 * purpose: see `runs` in `inline.ts`. Source: the schema explorer on adaptivecards.io.
 */
export interface AdaptiveCard {
  readonly type: 'AdaptiveCard';
  readonly $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  readonly version: '1.5';
  readonly lang: 'en';
  readonly fallbackText: string;
  /** Teams' own property: the card takes the width of the conversation. */
  readonly msteams: { readonly width: 'Full' };
  readonly body: readonly Element[];
  readonly actions?: readonly Action[];
}

export type Element = RichTextBlock | Container | ColumnSet | ActionSet;
type Spacing = 'None' | 'Small' | 'Medium';
export type ContainerStyle = 'accent' | 'attention' | 'emphasis' | 'good' | 'warning';

export interface RichTextBlock {
  readonly type: 'RichTextBlock';
  readonly spacing?: Spacing;
  readonly inlines: readonly TextRun[];
}

export interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Small' | 'Large';
  readonly fontType?: 'Monospace';
  readonly isSubtle?: true;
  readonly selectAction?: { readonly type: 'Action.OpenUrl'; readonly url: string };
}

export interface Container {
  readonly type: 'Container';
  readonly style?: ContainerStyle;
  readonly spacing?: Spacing;
  readonly items: readonly (RichTextBlock | ColumnSet)[];
}

export interface ColumnSet {
  readonly type: 'ColumnSet';
  readonly spacing?: Spacing;
  readonly columns: readonly Column[];
}

export interface Column {
  readonly type: 'Column';
  readonly width: 'stretch' | `${number}px`;
  readonly items: readonly RichTextBlock[];
}

export interface ActionSet {
  readonly type: 'ActionSet';
  readonly actions: readonly Action[];
}

export type Action = Execute | ShowCard;

export interface Execute {
  readonly type: 'Action.Execute';
  readonly title: string;
  readonly verb: string;
  readonly data: object;
  /** `auto` sends the inputs of the card that the action stands on. */
  readonly associatedInputs: 'auto' | 'none';
  readonly style?: ActionStyle;
}

export interface ShowCard {
  readonly type: 'Action.ShowCard';
  readonly title: string;
  readonly style?: ActionStyle;
  readonly card: {
    readonly type: 'AdaptiveCard';
    readonly body: readonly InputText[];
    readonly actions: readonly Execute[];
  };
}

export type ActionStyle = 'positive' | 'destructive';

export interface InputText {
  readonly type: 'Input.Text';
  readonly id: string;
  readonly label: string;
  readonly isRequired: true;
  readonly errorMessage: string;
  readonly isMultiline: true;
  readonly maxLength: number;
}
