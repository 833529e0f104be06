import type { ActionKind } from '../command/model.js';
import type { Machine } from '../defender/machine.js';
import { machineName } from '../defender/machine.js';
import type { Person } from '../people/person.js';
import { displayId, type Request } from '../request/request.js';
import type { Inline, Line, Tone } from './inline.js';
import type { Note } from './model.js';

/** The small phrases that every text of Cordon is made of. */

export function who(person: Person): Inline {
  return { person: person.account, name: person.name };
}

export function deviceInline(device: Machine): Inline {
  return { code: machineName(device) };
}

export function idInline(request: Pick<Request, 'id'>): { readonly code: string } {
  return { code: displayId(request.id) };
}

/** `Restrict app execution on PC1 (7K3M-9Q2X)`: so that a direct message makes sense by itself. */
export function about(request: Request): Line {
  return [actionNoun[request.action], ' on ', deviceInline(request.device), ' (', idInline(request), ')'];
}

export const actionNoun: Readonly<Record<ActionKind, string>> = {
  restrict: 'Restrict app execution',
  release: 'Remove the app restriction',
};

/** The command that undoes it. */
export const undoing = { restrict: 'release', release: 'restrict' } as const satisfies Record<ActionKind, ActionKind>;

/** What the action does to the device, in one line: a definition, which stays true when the request was denied. Source: defender-docs `respond-machine-alerts.md`. */
export const actionEffect: Readonly<Record<ActionKind, string>> = {
  restrict:
    'What it does: only files signed with a Microsoft-issued certificate can start on the device, until the restriction is removed. Its network stays connected, and what already runs is not stopped.',
  release: 'What it does: apps that were blocked by “Restrict app execution” can start again on the device.',
};

/** Said only when Defender says `Succeeded`. */
export const actionDone: Readonly<Record<ActionKind, string>> = {
  restrict: 'app execution is restricted',
  release: 'the app restriction is removed',
};

/** What is asked before a denial counts; `title` fits Slack's 24 characters. */
export const denialForm = {
  title: 'Deny request',
  label: 'Why? Everybody in the thread will read it.',
  submit: 'Deny',
} as const;

export function note(tone: Tone, ...lines: readonly Line[]): Note {
  return { tone, lines };
}

/** Whether Defender says that the device talks to it at the moment. An unknown health is treated as reachable. */
export function isAway(device: Machine): boolean {
  return device.healthStatus !== null && !['Active', 'Unknown'].includes(device.healthStatus);
}

/** `lastSeen` as a moment, where Defender gave a readable one. */
export function lastSeen(device: Machine): Inline | undefined {
  const at = device.lastSeen === null ? NaN : Date.parse(device.lastSeen);
  return Number.isNaN(at) ? undefined : { at };
}
