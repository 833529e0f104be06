import type { ActionKind, DeviceRef } from '../src/command/model.js';
import type { Defender, Submission } from '../src/defender/defender.js';
import { createdAt } from '../src/defender/actions.js';
import { DefenderError } from '../src/defender/errors.js';
import type { Listed, Look, Wanted } from '../src/defender/look.js';
import type { Call } from '../src/defender/throttle.js';
import type { Machine } from '../src/defender/machine.js';
import { finalStatus, type MachineAction, machineActionType } from '../src/defender/machine-action.js';
import type { Account, PlatformName, Profile } from '../src/people/person.js';
import type { MessageRef, Platform, PlatformError, Target } from '../src/platform.js';
import type { View } from '../src/view/model.js';
import { machine } from './support.js';

type Answer = Submission | Error;

/** A Defender that does what the test says: machines to find, answers to give, actions to list. */
export class FakeDefender implements Defender {
  machines: Machine[] = [machine()];
  actions: MachineAction[] = [];
  readonly submitted: { kind: ActionKind; machineId: string; comment: string }[] = [];
  /** Answers to the next submissions, in order; an Error is thrown. Without any, a new action is made. */
  answers: (Answer | ((comment: string) => Answer | Promise<Answer>))[] = [];
  /** Cancellations as they were asked for. */
  readonly cancelled: { id: string; comment: string }[] = [];
  /** Answers to the next cancellations, in order; an Error is thrown. Without any, an open action is cancelled. */
  cancelAnswers: (MachineAction | Error | ((id: string) => MachineAction | Error))[] = [];
  getFails: Error | undefined;
  listFails: Error | undefined;
  findFails: Error | undefined;

  findMachines(ref: DeviceRef): Promise<Machine[]> {
    if (this.findFails) return Promise.reject(this.findFails);
    const { value } = ref;
    return Promise.resolve(
      this.machines.filter(
        (each) => each.id === value || each.computerDnsName === value || each.computerDnsName?.split('.')[0] === value,
      ),
    );
  }

  async submit(kind: ActionKind, machineId: string, comment: string, call?: Call): Promise<Submission> {
    void call?.done();
    this.submitted.push({ kind, machineId, comment });
    const scripted = this.answers.shift();
    const answer = typeof scripted === 'function' ? await scripted(comment) : scripted;
    if (answer instanceof Error) throw answer;
    return answer ?? { outcome: 'created', action: this.make(kind, machineId, comment) };
  }

  make(kind: ActionKind, machineId: string, comment: string, over: Partial<MachineAction> = {}): MachineAction {
    const action: MachineAction = {
      id: `00000000-0000-4000-8000-${String(this.actions.length + 1).padStart(12, '0')}`,
      type: machineActionType[kind],
      status: 'Pending',
      machineId,
      computerDnsName: null,
      requestor: 'Customer App',
      requestorComment: comment,
      creationDateTimeUtc: null,
      lastUpdateDateTimeUtc: null,
      cancellationRequestor: null,
      cancellationComment: null,
      errorHResult: 0,
      ...over,
    };
    this.actions.unshift(action);
    return action;
  }

  setStatus(status: string, over: Partial<MachineAction> = {}): void {
    const [newest, ...rest] = this.actions;
    if (newest) this.actions = [{ ...newest, status, ...over }, ...rest];
  }

  cancelAction(id: string, comment: string): Promise<MachineAction> {
    this.cancelled.push({ id, comment });
    const scripted = this.cancelAnswers.shift();
    const answer = typeof scripted === 'function' ? scripted(id) : (scripted ?? this.cancel(id, comment));
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }

  /** What Defender does with a cancellation: an action that has ended refuses it. */
  cancel(id: string, comment: string): MachineAction | Error {
    const action = this.actions.find((each) => each.id === id);
    if (action === undefined || finalStatus(action) !== undefined) {
      const [code, status] =
        action === undefined ? (['ResourceNotFound', 404] as const) : (['BadRequest', 400] as const);
      return new DefenderError(code, 'not to be cancelled', {
        status,
        taken: 'no',
        userText: 'It cannot be cancelled.',
      });
    }
    const after = {
      ...action,
      status: 'Cancelled',
      cancellationRequestor: 'Customer App',
      cancellationComment: comment,
    };
    this.actions = this.actions.map((each) => (each.id === id ? after : each));
    return after;
  }

  getAction(id: string): Promise<MachineAction | undefined> {
    if (this.getFails) return Promise.reject(this.getFails);
    return Promise.resolve(this.actions.find((action) => action.id === id));
  }

  look(): Look {
    const find = (wanted: readonly Wanted[]): Promise<Listed> => {
      if (this.listFails) return Promise.reject(this.listFails);
      const ids = new Set(wanted.map(({ id }) => id));
      return Promise.resolve(new Map(this.actions.filter(({ id }) => ids.has(id)).map((each) => [each.id, each])));
    };
    return { glance: () => Promise.resolve(new Map()), find };
  }

  listUnfinished(): Promise<MachineAction[]> {
    if (this.listFails) return Promise.reject(this.listFails);
    return Promise.resolve(this.actions.filter((action) => finalStatus(action) === undefined));
  }

  /** An action without a time of creation is of any time. */
  listMachineActions(machineId: string, kind: ActionKind, since: number): Promise<MachineAction[]> {
    if (this.listFails) return Promise.reject(this.listFails);
    return Promise.resolve(
      this.actions
        .filter((action) => action.machineId === machineId && action.type === machineActionType[kind])
        .filter((action) => (createdAt(action) ?? since) >= since),
    );
  }
}

export interface Sent {
  readonly ref: MessageRef;
  readonly target: Target;
  view: View;
}

/** A chat platform that remembers what was sent, and fails where the test says so. */
export class FakePlatform implements Platform {
  readonly sent: Sent[] = [];
  readonly people = new Map<string, Profile>();
  /** Calls of `update` that succeeded. */
  updates = 0;
  fail: (operation: 'send' | 'update' | 'lookUp', where: string) => PlatformError | undefined = () => undefined;

  constructor(readonly name: PlatformName = 'slack') {}

  send(target: Target, view: View): Promise<MessageRef> {
    const conversation = target.to === 'person' ? `D-${target.account.user}` : target.conversation;
    const error = this.fail('send', conversation);
    if (error) return Promise.reject(error);
    const ref = { platform: this.name, conversation, message: `${this.sent.length + 1}.000` };
    this.sent.push({ ref, target, view });
    return Promise.resolve(ref);
  }

  update(ref: MessageRef, view: View): Promise<void> {
    const error = this.fail('update', ref.conversation);
    if (error) return Promise.reject(error);
    const message = this.sent.find((each) => each.ref.message === ref.message);
    if (message) message.view = view;
    this.updates += 1;
    return Promise.resolve();
  }

  lookUp(account: Account): Promise<Profile> {
    const error = this.fail('lookUp', account.user);
    if (error) return Promise.reject(error);
    const known = this.people.get(account.user);
    return Promise.resolve(known ?? { account, name: account.user.toLowerCase(), standing: 'member' });
  }
}
