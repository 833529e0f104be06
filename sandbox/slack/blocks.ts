import { SlackError, type Block } from './model.js';

/**
 * The limits of Block Kit that Slack enforces, for the blocks and elements that Cordon may send. Source: docs.slack.dev
 * `reference/block-kit`. Block types that Slack has and that are not in `checks` are let through unexamined.
 */
type Fields = Readonly<Record<string, unknown>>;

const unexamined = new Set(
  [
    'rich_text',
    'video',
    'file',
    'call',
    'card',
    'container',
    'table',
    'data_table',
    'plan',
    'task_card',
    'alert',
  ].concat(['context_actions', 'carousel']),
);
const surfaceLimit = { message: 50, modal: 100 } as const;
const buttonStyles: readonly unknown[] = ['primary', 'danger'];

class Problems {
  readonly found: string[] = [];

  add(pointer: string, problem: string): void {
    this.found.push(`${problem} [json-pointer:${pointer}]`);
  }

  /** A string within 1 to `max` characters. */
  text(value: unknown, max: number, pointer: string): void {
    if (typeof value !== 'string')
      this.add(pointer, value === undefined ? 'missing required field' : 'must be a string');
    else if (value.length === 0) this.add(pointer, 'must be more than 0 characters');
    else if (value.length > max) this.add(pointer, `must be less than ${max + 1} characters`);
  }

  /** An optional string of at most `max` characters. */
  optional(value: unknown, max: number, pointer: string): void {
    if (value !== undefined) this.text(value, max, pointer);
  }

  /** A text object; `plain_text` alone where `plain` is set. */
  textObject(value: unknown, max: number, pointer: string, plain = false): void {
    if (!isObject(value)) {
      this.add(pointer, value === undefined ? 'missing required field' : 'must be an object');
      return;
    }
    const allowed = plain ? ['plain_text'] : ['plain_text', 'mrkdwn'];
    if (!allowed.includes(String(value.type))) this.add(`${pointer}/type`, `must be one of: ${allowed.join(', ')}`);
    if (value.type === 'mrkdwn' && value.emoji !== undefined) this.add(`${pointer}/emoji`, 'no such field for mrkdwn');
    this.text(value.text, max, `${pointer}/text`);
  }

  list(value: unknown, max: number, pointer: string): Fields[] {
    if (!Array.isArray(value)) {
      this.add(pointer, value === undefined ? 'missing required field' : 'must be an array');
      return [];
    }
    if (value.length === 0) this.add(pointer, 'must have at least 1 item');
    if (value.length > max) this.add(pointer, `no more than ${max} items allowed`);
    return value.map((each: unknown) => (isObject(each) ? each : {}));
  }

  unique(ids: readonly unknown[], name: string, pointer: (index: number) => string): void {
    const seen = new Set<unknown>();
    for (const [index, id] of ids.entries()) {
      if (id !== undefined && seen.has(id)) this.add(`${pointer(index)}/${name}`, `\`${name}\` already exists`);
      seen.add(id);
    }
  }
}

const checks: Readonly<Record<string, (block: Fields, pointer: string, problems: Problems) => void>> = {
  section(block, pointer, problems) {
    if (block.text === undefined && block.fields === undefined) problems.add(pointer, 'missing required field: text');
    if (block.text !== undefined) problems.textObject(block.text, 3_000, `${pointer}/text`);
    if (block.fields !== undefined) {
      problems.list(block.fields, 10, `${pointer}/fields`).forEach((field, index) => {
        problems.textObject(field, 2_000, `${pointer}/fields/${index}`);
      });
    }
    if (isObject(block.accessory)) element(block.accessory, `${pointer}/accessory`, problems);
  },
  header(block, pointer, problems) {
    problems.textObject(block.text, 150, `${pointer}/text`, true);
  },
  markdown(block, pointer, problems) {
    problems.text(block.text, 12_000, `${pointer}/text`);
  },
  divider() {
    // It has no fields of its own.
  },
  image(block, pointer, problems) {
    problems.text(block.alt_text, 2_000, `${pointer}/alt_text`);
    if (block.slack_file === undefined) problems.text(block.image_url, 3_000, `${pointer}/image_url`);
  },
  context(block, pointer, problems) {
    problems.list(block.elements, 10, `${pointer}/elements`).forEach((each, index) => {
      const at = `${pointer}/elements/${index}`;
      if (each.type !== 'image') problems.textObject(each, 3_000, at);
    });
  },
  actions(block, pointer, problems) {
    const elements = problems.list(block.elements, 25, `${pointer}/elements`);
    elements.forEach((each, index) => {
      element(each, `${pointer}/elements/${index}`, problems);
    });
    const ids = elements.map(({ action_id }) => action_id);
    problems.unique(ids, 'action_id', (index) => `${pointer}/elements/${index}`);
  },
  input(block, pointer, problems) {
    problems.textObject(block.label, 2_000, `${pointer}/label`, true);
    if (block.hint !== undefined) problems.textObject(block.hint, 2_000, `${pointer}/hint`, true);
    if (isObject(block.element)) element(block.element, `${pointer}/element`, problems);
    else problems.add(`${pointer}/element`, 'missing required field');
  },
};

function element(value: Fields, pointer: string, problems: Problems): void {
  problems.text(value.type, 255, `${pointer}/type`);
  problems.optional(value.action_id, 255, `${pointer}/action_id`);
  if (value.placeholder !== undefined) problems.textObject(value.placeholder, 150, `${pointer}/placeholder`, true);
  if (value.confirm !== undefined && isObject(value.confirm))
    confirmation(value.confirm, `${pointer}/confirm`, problems);
  if (value.type !== 'button') return;
  problems.textObject(value.text, 75, `${pointer}/text`, true);
  problems.optional(value.value, 2_000, `${pointer}/value`);
  problems.optional(value.url, 3_000, `${pointer}/url`);
  problems.optional(value.accessibility_label, 75, `${pointer}/accessibility_label`);
  if (value.style !== undefined && !buttonStyles.includes(value.style)) {
    problems.add(`${pointer}/style`, 'must be one of: primary, danger');
  }
}

function confirmation(value: Fields, pointer: string, problems: Problems): void {
  problems.textObject(value.title, 100, `${pointer}/title`, true);
  problems.textObject(value.text, 300, `${pointer}/text`);
  problems.textObject(value.confirm, 30, `${pointer}/confirm`, true);
  problems.textObject(value.deny, 30, `${pointer}/deny`, true);
}

function checkBlocks(blocks: unknown, surface: keyof typeof surfaceLimit, root: string, problems: Problems): Block[] {
  const list = problems.list(blocks, surfaceLimit[surface], root);
  list.forEach((block, index) => {
    const pointer = `${root}/${index}`;
    const type = String(block.type);
    problems.optional(block.block_id, 255, `${pointer}/block_id`);
    const check = Object.hasOwn(checks, type) ? checks[type] : undefined;
    if (check !== undefined) check(block, pointer, problems);
    else if (!unexamined.has(type)) problems.add(`${pointer}/type`, `unsupported type: ${type}`);
  });
  const ids = list.map(({ block_id }) => block_id);
  problems.unique(ids, 'block_id', (index) => `${root}/${index}`);
  return list;
}

/**
 * The blocks of a message as Slack stores them, each with a `block_id`. Throws `invalid_blocks`, with what is wrong and where,
 * as Slack does.
 */
export function acceptBlocks(blocks: unknown, newId: () => string): Block[] {
  const problems = new Problems();
  const list = checkBlocks(blocks, 'message', '/blocks', problems);
  if (problems.found.length > 0) throw refused('invalid_blocks', problems.found);
  return withIds(list, newId);
}

/** The blocks of a modal as Slack stores them. Throws `invalid_arguments` for any fault of the view. */
export function acceptModal(view: Fields, newId: () => string): Block[] {
  const problems = new Problems();
  if (view.type !== 'modal') problems.add('/view/type', 'must be modal');
  problems.textObject(view.title, 24, '/view/title', true);
  if (view.submit !== undefined) problems.textObject(view.submit, 24, '/view/submit', true);
  if (view.close !== undefined) problems.textObject(view.close, 24, '/view/close', true);
  if (typeof view.private_metadata === 'string' && view.private_metadata.length > 3_000) {
    problems.add('/view/private_metadata', 'must be less than 3001 characters');
  }
  problems.optional(view.callback_id, 255, '/view/callback_id');
  const list = checkBlocks(view.blocks, 'modal', '/view/blocks', problems);
  if (view.submit === undefined && list.some(({ type }) => type === 'input')) {
    problems.add('/view/submit', 'required when the view has input blocks');
  }
  if (problems.found.length > 0) throw refused('invalid_arguments', problems.found);
  return withIds(list, newId);
}

function refused(error: string, problems: readonly string[]): SlackError {
  const messages = problems.map((problem) => `[ERROR] ${problem}`);
  return new SlackError(error, { errors: problems, response_metadata: { messages } });
}

function withIds(blocks: readonly Block[], newId: () => string): Block[] {
  return blocks.map((block) => (block.block_id === undefined ? { ...block, block_id: newId() } : block));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
