/**
 * Proves that a Slack account and a Teams account are one human's: a one-time code is shown to the one and typed by the other.
 * It proves that whoever typed it could read what the Slack account was told within ten minutes, so both sides hear of the
 * link. It does not prove that nobody was talked into handing a code on. The code has 60 random bits, and its hash alone is kept
 * for comparison; the message that shows it is stored like every message, and of no use once the code has expired.
 */
import { createHash } from 'node:crypto';
import { type AuditEvent, personActor } from '../audit/event.js';
import { displayCode } from '../command/link-code.js';
import type { Origin } from '../command/model.js';
import { identify } from '../people/identify.js';
import { accountKey, entraId, type Person } from '../people/person.js';
import { PlatformError } from '../platform.js';
import * as linking from '../view/linking.js';
import type { Note } from '../view/model.js';
import { answer } from './commit.js';
import type { Context } from './context.js';
import { direct, whisper } from './effects.js';

export interface LinkAsked {
  /** The Incoming that asks. */
  readonly key: string;
  readonly person: Person;
  readonly origin: Origin;
  /** As `readCode` gives it. */
  readonly code?: string;
}

type World = Pick<Context, 'store' | 'platforms' | 'policy' | 'now' | 'newCode' | 'wake'>;

const codeMs = 600_000;

/** Shows a code in Slack, takes it in Teams, and explains the way where it was begun at the wrong end. */
export async function link(world: World, asked: LinkAsked): Promise<void> {
  const { person, code } = asked;
  if (person.account.platform === 'slack') {
    return code === undefined ? handOut(world, asked) : refuse(world, asked, linking.typeInTeams(), 'typed in Slack');
  }
  if (code === undefined) return answer(world, askerOf(asked), linking.startInSlack());
  return redeem(world, asked, code);
}

/** A new code for this Slack account; its older ones are void. */
async function handOut(world: World, asked: LinkAsked): Promise<void> {
  const { store, policy, now } = world;
  const { key, person, origin } = asked;
  const { account } = person;
  if (!world.platforms.has('teams')) return answer(world, askerOf(asked), linking.noTeams());
  if (policy().people.same.has(accountKey(account))) {
    return refuse(world, asked, linking.linkedByOperator(person, 'somebody'), 'linked by the policy');
  }
  const existing = await store.linkOf(accountKey(account));
  if (existing !== undefined) {
    return refuse(world, asked, linking.linkedAlready(person, existing.at, 'somebody'), 'linked already');
  }
  const at = now();
  const code = world.newCode();
  const expiresAt = at + codeMs;
  await store.saveLinkCode(
    { hash: hashOf(code), account, expiresAt },
    {
      audit: [{ at, what: 'person.link-asked', actor: personActor(person), detail: { expiresAt } }],
      deliveries: [whisper(account, origin, linking.code(displayCode(code), expiresAt), key)],
      settles: key,
    },
  );
  world.wake('deliver');
}

/** Whoever loses the race for a code, or for the account's link, reads again and is told what holds then. */
async function redeem(world: World, asked: LinkAsked, code: string): Promise<void> {
  const { store, now } = world;
  const { key, person, origin } = asked;
  const hash = hashOf(code);
  for (;;) {
    const found = await store.linkCode(hash);
    if (found === undefined || now() >= found.expiresAt) {
      return refuse(world, asked, linking.codeRefused(), found === undefined ? 'unknown code' : 'expired code');
    }
    let slack: Person;
    try {
      slack = await identify(world, found.account);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      const because = error.userText ?? `${found.account.platform} does not say.`;
      const note = linking.notConfirmed(because, origin.direct ? 'good still' : 'void');
      return refuse(world, asked, note, 'not confirmed', { code: error.code });
    }
    const at = now();
    const entra = entraId(person.account);
    const account = accountKey(slack.account);
    const against = await obstacle(world, slack, entra);
    const stored =
      against === undefined
        ? await store.useLinkCode(
            hash,
            { account, entra, at, proof: 'code' },
            {
              audit: [{ at, what: 'person.linked', actor: personActor(person), detail: { account, entra } }],
              deliveries: [
                whisper(person.account, origin, linking.linked(slack), key),
                direct(slack.account, linking.linkedFromTeams(person)),
              ],
              settles: key,
            },
          )
        : await store.useLinkCode(hash, undefined, {
            audit: [refusal(asked, at, against.why, { account, entra })],
            deliveries: [whisper(person.account, origin, against.note, key)],
            settles: key,
          });
    if (stored) break;
  }
  world.wake('deliver');
}

interface Obstacle {
  readonly why: string;
  readonly note: Note;
}

/** What forbids to link this Slack account to this Entra id, if anything. */
async function obstacle({ store, policy }: World, slack: Person, entra: string): Promise<Obstacle | undefined> {
  if (slack.standing !== 'member') return { why: `Slack account: ${slack.standing}`, note: linking.notMember(slack) };
  const account = accountKey(slack.account);
  const to = (id: string) => (id === entra ? 'you' : 'somebody');
  const said = policy().people.same.get(account);
  if (said !== undefined) return { why: 'linked by the policy', note: linking.linkedByOperator(slack, to(said)) };
  const existing = await store.linkOf(account);
  if (existing === undefined) return undefined;
  return { why: 'linked already', note: linking.linkedAlready(slack, existing.at, to(existing.entra)) };
}

/**
 * The asker learns why, and the record that they tried; a code that led nowhere is not repeated in it. One that was typed where
 * others read along is void: any of them could link the account to their own.
 */
async function refuse(
  world: World,
  asked: LinkAsked,
  note: Note,
  why: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { key, person, origin, code } = asked;
  const audit = [refusal(asked, world.now(), why, detail)];
  const deliveries = [whisper(person.account, origin, note, key)];
  const exposed = code !== undefined && !origin.direct;
  if (!exposed || !(await world.store.useLinkCode(hashOf(code), undefined, { audit, deliveries, settles: key }))) {
    return answer(world, askerOf(asked), note, { audit });
  }
  world.wake('deliver');
}

function refusal({ person }: LinkAsked, at: number, why: string, detail: AuditEvent['detail']): AuditEvent {
  return { at, what: 'person.link-refused', actor: personActor(person), detail: { because: why, ...detail } };
}

function askerOf({ key, person, origin }: LinkAsked) {
  return { key, account: person.account, origin };
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
