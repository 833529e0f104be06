import { z } from 'zod';
import { type Check, failed, inWords, ok, type Outcome, Skip, warning } from './check.js';

const live = z.object({ status: z.literal('live') });
const ready = z.object({ status: z.string(), reasons: z.array(z.string()) });

const notGiven = 'Nobody said where Cordon is reached, and from inside nobody can tell.';
const giveUrl =
  'Say --url with the address under which the platforms reach Cordon (https://cordon.contoso.com), best from a machine outside.';

/**
 * The way in. Only Cordon’s own `/healthz` and `/readyz` are asked: an unsigned request to the platforms’ paths would be turned away and
 * recorded as somebody’s attempt.
 */
export function endpointChecks(url: string | undefined, fetch: typeof globalThis.fetch): Check[] {
  const at = (path: string): string => {
    if (url === undefined) throw new Skip(notGiven, giveUrl);
    return `${url.replace(/\/+$/, '')}${path}`;
  };
  return [
    {
      id: 'endpoint.live',
      area: 'endpoint',
      title: 'Address of Cordon',
      run: async (signal) => {
        const where = at('/healthz');
        const answer = await ask(where, fetch, signal);
        if (live.safeParse(answer.body).success) {
          return ok(
            `${where} is Cordon. The request URL in Slack has to be ${at('/slack/events')}, the messaging endpoint of the Azure Bot ${at('/api/messages')}.`,
          );
        }
        return failed(
          answer.problem ?? `${where} answers ${answer.status}, and not as Cordon does.`,
          'Check the address, the certificate, the proxy in front of Cordon and its port (PORT).',
        );
      },
    },
    {
      id: 'endpoint.ready',
      area: 'endpoint',
      title: 'What the running Cordon says',
      run: async (signal) => judgeReady(await ask(at('/readyz'), fetch, signal)),
    },
  ];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly problem?: string;
}

async function ask(url: string, fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal });
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) as unknown };
    } catch {
      return { status: response.status, body: undefined };
    }
  } catch (error) {
    return { status: 0, body: undefined, problem: `${url} cannot be reached: ${inWords(error)}` };
  }
}

function judgeReady({ status, body, problem }: Answer): Outcome {
  if (problem !== undefined) throw new Skip('There is no answer: see endpoint.live.');
  const read = ready.safeParse(body);
  if (!read.success) throw new Skip('It is not Cordon that answers: see endpoint.live.');
  const { reasons } = read.data;
  if (status === 200 && reasons.length === 0) return ok('It is ready, and has nothing to say.');
  const say = status === 200 ? warning : failed;
  return say(
    reasons.join(' '),
    status === 200
      ? 'docs/doctor.md says what each means; it takes requests meanwhile.'
      : 'A load balancer sends it nothing until that is over: docs/doctor.md.',
  );
}
