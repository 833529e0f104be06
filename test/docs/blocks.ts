import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a Markdown file. */
export interface Block {
  readonly file: string;
  /** Of its first line of content, from 1. */
  readonly line: number;
  /** What stands behind the fence: `sh`, `yaml`; empty where nothing does. */
  readonly language: string;
  readonly text: string;
}

const folders = ['.', 'docs', 'docs/decisions'];

export function markdownFiles(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );
}

/** Without the indentation of a block inside a list. */
export function blocksOf(file: string): Block[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^( *)```(\S*)\n(.*?)^ *```$/gms)].map((found) => {
    const [, indent = '', language = '', content = ''] = found;
    const lines = content.split('\n').map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    return { file, line: text.slice(0, found.index).split('\n').length + 1, language, text: lines.join('\n') };
  });
}

export interface Command {
  readonly text: string;
  /** The lines that it is shown to print. */
  readonly prints: readonly string[];
}

/**
 * The commands of a block, one each: lines that end with `\` go together, and comments are left out. A block with a loop is one command. In a `console` block a command
 * begins with `$ `, and what follows is what it prints; `…` alone stands for lines that are left out.
 */
export function commandsOf({ language, text }: Block): Command[] {
  const lines = text.replaceAll(/\\\n\s*/g, '').split('\n');
  const said = lines.filter((line) => !['', '…'].includes(line.trim()));
  if (language !== 'console') {
    const isScript = said.some((line) => /^(?:for|if) /.test(line));
    if (isScript) return [{ text: said.filter((line) => !line.startsWith('#')).join('\n'), prints: [] }];
    return said.filter((line) => !line.trim().startsWith('#')).map((line) => ({ text: line.trim(), prints: [] }));
  }
  const commands: { text: string; prints: string[] }[] = [];
  for (const line of said) {
    if (line.startsWith('$ ')) commands.push({ text: line.slice(2), prints: [] });
    else commands.at(-1)?.prints.push(line);
  }
  return commands;
}

export const shells: readonly string[] = ['sh', 'console'];

/** What stands between backticks, outside fenced blocks. */
export function inlineCodeOf(file: string): string[] {
  const prose = readFileSync(file, 'utf8').replaceAll(/^ *```.*?^ *```$/gms, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}
