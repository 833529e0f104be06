import { HostConfig } from 'adaptivecards';

const color = (name: string): object => ({
  default: `var(--${name})`,
  subtle: `var(--${name === 'ink' ? 'ink-2' : name})`,
});
const foregroundColors = {
  default: color('ink'),
  dark: color('ink'),
  light: color('ink-2'),
  accent: color('accent'),
  good: color('ok'),
  warning: color('warn'),
  attention: color('danger'),
};
const style = (background: string): object => ({
  backgroundColor: `var(--${background})`,
  borderColor: 'var(--line)',
  foregroundColors,
});

/** Sizes as Teams has them; colours are the page's own variables, so that one configuration is right in both themes. */
export const hostConfig = new HostConfig({
  fontFamily: 'inherit',
  spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 12 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  fontTypes: {
    default: {
      fontFamily: 'inherit',
      fontSizes: { small: 12, default: 14, medium: 15, large: 17, extraLarge: 20 },
      fontWeights: { lighter: 400, default: 400, bolder: 600 },
    },
    monospace: {
      fontFamily: 'var(--mono)',
      fontSizes: { small: 12, default: 13, medium: 14, large: 16, extraLarge: 18 },
      fontWeights: { lighter: 400, default: 400, bolder: 600 },
    },
  },
  containerStyles: {
    default: style('surface'),
    emphasis: style('surface-2'),
    accent: style('accent-tint'),
    good: style('ok-tint'),
    warning: style('warn-tint'),
    attention: style('danger-tint'),
  },
  actions: {
    maxActions: 6,
    spacing: 'default',
    buttonSpacing: 8,
    showCard: { actionMode: 'inline', inlineTopMargin: 12, style: 'emphasis' },
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
  },
  factSet: {
    title: { size: 'default', color: 'default', isSubtle: true, weight: 'default', wrap: true, maxWidth: 120 },
    value: { size: 'default', color: 'default', isSubtle: false, weight: 'default', wrap: true },
    spacing: 12,
  },
  inputs: {
    label: {
      inputSpacing: 'small',
      requiredInputs: { weight: 'bolder', suffix: ' (required)', suffixColor: 'default' },
      optionalInputs: { weight: 'bolder' },
    },
    errorMessage: { color: 'attention', size: 'small', weight: 'default', spacing: 'small' },
  },
  imageSizes: { small: 32, medium: 52, large: 100 },
  supportsInteractivity: true,
});
