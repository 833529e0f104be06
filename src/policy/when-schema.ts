import { z } from 'zod';
import { channels, listOf, patterns, wordsOf, write, yesOrNo } from './field.js';
import { isZone, weekdays } from './hours.js';
import type { BusinessHours, DeviceWhen, OriginWhen, Weekday, When } from './policy.js';

/** The enums are Defender's: MicrosoftDocs/defender-docs `api/machine.md`. */
export const deviceWhen = z.strictObject(
  {
    tags: listOf('a list of tags of the device').optional(),
    groups: listOf('a list of device groups, as Defender names them').optional(),
    value: wordsOf(['Low', 'Normal', 'High']).optional(),
    os: patterns.optional(),
    server: yesOrNo.optional(),
    'domain-controller': yesOrNo.optional(),
    risk: wordsOf(['None', 'Informational', 'Low', 'Medium', 'High']).optional(),
    exposure: wordsOf(['None', 'Low', 'Medium', 'High']).optional(),
    health: wordsOf([
      'Active',
      'Inactive',
      'ImpairedCommunication',
      'NoSensorData',
      'NoSensorDataImpairedCommunication',
      'Unknown',
    ]).optional(),
    names: patterns.optional(),
  },
  write('conditions on the device, e.g. “server: true”'),
);

export const originWhen = z.strictObject(
  {
    platforms: z
      .array(z.enum(['slack', 'teams'], { error: 'write slack or teams' }), write('a list: [slack], [teams]'))
      .min(1, 'write a list: [slack], [teams]')
      .optional(),
    channels: channels.optional(),
    direct: yesOrNo.optional(),
  },
  write('where it is asked: platforms, channels or direct'),
);

export const timeWhen = z.strictObject(
  { 'business-hours': yesOrNo.optional() },
  write('“business-hours: true” or “business-hours: false”'),
);

/** Which requesters there are is a question between fields. */
export const when = z
  .strictObject(
    {
      device: deviceWhen.optional(),
      requesters: z
        .array(z.string(write('a list of groups')), write('a list of groups'))
        .min(1, 'write a list of groups')
        .optional(),
      origin: originWhen.optional(),
      time: timeWhen.optional(),
    },
    write('conditions: device, requesters, origin or time'),
  )
  .transform(({ device, requesters, origin, time }): When => {
    const businessHours = time?.['business-hours'];
    return {
      ...(device === undefined ? {} : { device: toDeviceWhen(device) }),
      ...(requesters === undefined ? {} : { requesters }),
      ...(origin === undefined ? {} : { origin: present(origin) }),
      ...(businessHours === undefined ? {} : { businessHours }),
    };
  });

function toDeviceWhen({ 'domain-controller': domainController, ...rest }: z.output<typeof deviceWhen>): DeviceWhen {
  return present({ ...rest, domainController });
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that were not written. */
function present<T extends object>(fields: T): Present<T> & (DeviceWhen | OriginWhen) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

const daysForm = 'a list of days: mon, tue, wed, thu, fri, sat, sun, or from one to another, e.g. mon..fri';
const days = z
  .array(z.string(write(daysForm)), write(daysForm))
  .min(1, `write ${daysForm}`)
  .transform((list, context) => {
    const read = list.map(readDays);
    if (read.every((each) => each !== undefined)) return weekdays.filter((day) => read.flat().includes(day));
    context.addIssue({ code: 'custom', message: `write ${daysForm}` });
    return z.NEVER;
  });

function readDays(text: string): Weekday[] | undefined {
  const [from = '', to = from, ...rest] = text.trim().toLowerCase().split('..');
  const start = weekdays.findIndex((day) => day === from);
  const end = weekdays.findIndex((day) => day === to);
  if (start < 0 || end < 0 || rest.length > 0) return undefined;
  return start <= end ? weekdays.slice(start, end + 1) : [...weekdays.slice(start), ...weekdays.slice(0, end + 1)];
}

const clockForm = 'a time of the day in quotation marks, e.g. "08:00"';
const clock = z.string(write(clockForm)).transform((text, context) => {
  const [, hours = '', minutes = ''] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  if (hours !== '' && total <= 24 * 60) return total;
  context.addIssue({ code: 'custom', message: `write ${clockForm}` });
  return z.NEVER;
});

const zoneForm = 'an IANA time zone, e.g. Europe/Berlin';
export const time = z
  .strictObject(
    {
      zone: z.string(write(zoneForm)).refine(isZone, `write ${zoneForm}`),
      days: days.default(['mon', 'tue', 'wed', 'thu', 'fri']),
      from: clock,
      to: clock,
    },
    write('the business hours: zone, days, from and to'),
  )
  .refine(({ from, to }) => from < to, {
    path: ['to'],
    message: 'write a time later than “from”; the night is what business hours leave',
  })
  .transform((hours): BusinessHours => hours);
