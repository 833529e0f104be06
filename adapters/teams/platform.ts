import type { Account } from '../../src/people/person.js';
import { type MessageRef, type Platform, PlatformError, type Target } from '../../src/platform.js';
import type { View } from '../../src/view/model.js';
import { type Connector, unreadable, type Where } from './connector.js';
import type { Contacts } from './contacts.js';
import { inThread, isChannel } from './conversations.js';
import { lookUp } from './look-up.js';
import type { TeamsContent } from './render/content.js';
import type { TeamsSettings } from '../../src/config/teams.js';

export interface TeamsPlatformOptions {
  readonly connector: Connector;
  readonly contacts: Contacts;
  readonly settings: Pick<TeamsSettings, 'tenants' | 'anonymous'>;
  readonly render: (view: View) => TeamsContent;
}

type Whisper = Extract<Target, { to: 'whisper' }>;

/** Teams as the core sees it. */
export function createTeamsPlatform(options: TeamsPlatformOptions): Platform {
  const { connector, contacts, settings, render } = options;
  const [homeTenant = ''] = settings.tenants;

  /** Where a conversation is reached; a thread only where there are threads. */
  async function placeOf(id: string, root?: string): Promise<Where> {
    const address = await contacts.conversation(id);
    const serviceUrl = address?.serviceUrl ?? (await contacts.serviceUrl(homeTenant));
    return { serviceUrl, conversation: isChannel(id, address) ? inThread(id, root) : id };
  }

  async function post(where: Where, content: TeamsContent, targetedTo?: string): Promise<MessageRef> {
    const message = await connector.send(where, content, targetedTo);
    return { platform: 'teams', conversation: where.conversation, message };
  }

  /** A thread whose root was deleted takes no more replies: the channel gets to know all the same. */
  async function postInThread(id: string, root: string | undefined, content: TeamsContent): Promise<MessageRef> {
    const where = await placeOf(id, root);
    try {
      return await post(where, content);
    } catch (error) {
      if (where.conversation === id || !(error instanceof PlatformError) || error.kind !== 'gone') throw error;
      return post({ ...where, conversation: id }, content);
    }
  }

  async function direct(account: Account, content: TeamsContent): Promise<MessageRef> {
    const known = await contacts.person(account);
    const serviceUrl = known?.serviceUrl ?? (await contacts.serviceUrl(account.tenant));
    if (known?.personal !== undefined) {
      try {
        return await post({ serviceUrl, conversation: known.personal }, content);
      } catch (error) {
        if (!(error instanceof PlatformError) || error.kind !== 'gone') throw error;
      }
    }
    // Teams takes the Entra object id of somebody who never wrote to the bot.
    const user = known?.user ?? account.user;
    const conversation = await connector.openPersonal(serviceUrl, account.tenant, user);
    await contacts.notePerson(account, { serviceUrl, user, personal: conversation });
    return post({ serviceUrl, conversation }, content);
  }

  /** A targeted message where they asked, which only that person sees; else a message to them alone. */
  async function whisper({ account, conversation, thread }: Whisper, content: TeamsContent): Promise<MessageRef> {
    const known = await contacts.person(account);
    if (known !== undefined) {
      try {
        return await post(await placeOf(conversation, thread), content, known.user);
      } catch (error) {
        // Taken, but answered oddly: said once more it would be said twice.
        const taken = error instanceof PlatformError && error.code === unreadable;
        if (!(error instanceof PlatformError) || error.kind === 'later' || taken) throw error;
      }
    }
    return direct(account, content);
  }

  return {
    name: 'teams',

    async send(target, view) {
      const content = render(view);
      switch (target.to) {
        case 'conversation':
          return postInThread(target.conversation, target.thread, content);
        case 'person':
          return direct(target.account, content);
        case 'whisper':
          return whisper(target, content);
      }
    },

    async update({ conversation, message }, view) {
      const [id = conversation] = conversation.split(';');
      const { serviceUrl } = await placeOf(id);
      await connector.update({ serviceUrl, conversation }, message, render(view));
    },

    lookUp: (account) => lookUp(options, account),
  };
}
