import type { BusinessHours, Weekday } from './policy.js';

export const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Whether `now` (Unix ms) lies in the business hours, by the clocks of their zone on that very day. */
export function inBusinessHours({ zone, days, from, to }: BusinessHours, now: number): boolean {
  const parts = new Map(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(now)
      .map(({ type, value }) => [type, value] as const),
  );
  const day = weekdays.find((name) => name === parts.get('weekday')?.toLowerCase());
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  return day !== undefined && days.includes(day) && minute >= from && minute < to;
}

/** Whether it is an IANA time zone that this Node knows. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** `mon, tue and wed 08:00 to 18:00 in Europe/Berlin`, for people. */
export function hoursInWords({ zone, days, from, to }: BusinessHours): string {
  return `${days.join(', ')} ${clock(from)} to ${clock(to)} in ${zone}`;
}

function clock(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
