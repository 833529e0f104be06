import autocannon from 'autocannon';
import { slackSignature } from '../sandbox/slack/senders.js';
import { answerMessages } from './process.js';
import { quantile } from './stats.js';

/** What to send, how, and for how long; either `seconds` or `amount`. */
export interface LoadPlan {
  readonly url: string;
  readonly connections: number;
  readonly seconds?: number;
  readonly amount?: number;
  /** Requests a second, in all; as many as are answered when missing. */
  readonly rate?: number;
  readonly requests: SlackCommands | TeamsMessages;
}

/** Slash commands, each signed by itself and with a `trigger_id` of its own. */
export interface SlackCommands {
  readonly kind: 'slack';
  readonly signingSecret: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Begins every `trigger_id`; another for every plan. */
  readonly mark: string;
  /** One for each command; `fields.response_url` when missing. */
  readonly replyUrls?: readonly string[];
}

/** Message activities, each with an id of its own. */
export interface TeamsMessages {
  readonly kind: 'teams';
  readonly token: string;
  readonly activity: Readonly<Record<string, unknown>>;
  readonly mark: string;
}

/** Times in ms, from the last byte sent to the whole answer. */
export interface LoadResult {
  readonly answered: number;
  /** No answer, or one other than 200. */
  readonly failed: number;
  /** Answers a second, from the first request to the last answer. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

type Built = Pick<autocannon.Request, 'headers' | 'body'>;

function slackRequests({ signingSecret, fields, mark, replyUrls }: SlackCommands): () => Built {
  let count = 0;
  return () => {
    count += 1;
    const response_url = replyUrls?.[(count - 1) % replyUrls.length] ?? fields['response_url'] ?? '';
    const body = new URLSearchParams({ ...fields, response_url, trigger_id: `${mark}.${count}` }).toString();
    const timestamp = Math.floor(Date.now() / 1_000);
    return {
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': String(timestamp),
        'x-slack-signature': slackSignature(signingSecret, timestamp, body),
      },
    };
  };
}

function teamsRequests({ token, activity, mark }: TeamsMessages): () => Built {
  let count = 0;
  const headers = { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` };
  return () => {
    count += 1;
    return { headers, body: JSON.stringify({ ...activity, id: `${mark}${count}` }) };
  };
}

async function run({ url, connections, seconds, amount, rate, requests }: LoadPlan): Promise<LoadResult> {
  const next = requests.kind === 'slack' ? slackRequests(requests) : teamsRequests(requests);
  const latencies: number[] = [];
  let failed = 0;
  let lastAt = 0;
  const startedAt = performance.now();
  const options: autocannon.Options = {
    url,
    connections,
    timeout: 20,
    ...(amount === undefined ? { duration: seconds ?? 1 } : { amount }),
    ...(rate === undefined ? {} : { overallRate: rate }),
    requests: [{ method: 'POST', setupRequest: (request) => ({ ...request, ...next() }) }],
  };
  const { errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(options, (error: unknown, result) => {
      if (error instanceof Error) reject(error);
      else resolve(result);
    });
    instance.on('response', (_client, status, _bytes, ms) => {
      lastAt = performance.now();
      latencies.push(ms);
      if (status !== 200) failed += 1;
    });
  });
  return {
    answered: latencies.length,
    failed: failed + errors,
    rate: (latencies.length / (lastAt - startedAt)) * 1_000,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

answerMessages((plan) => run(plan as LoadPlan));
