import { isIP } from 'node:net';
import type { DeviceRef } from './model.js';
import { excerpt, withPlainHyphens } from './words.js';

/** `why` is a full sentence for the person who typed it. */
export type ReadDevice =
  { readonly ok: true; readonly device: DeviceRef } | { readonly ok: false; readonly why: string };

const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/;
const deviceIdLength = 40;

/**
 * Reads how a person named a device, one word without quotation marks. A link is taken for its host, because Slack makes
 * links of host names; the hyphens of other programs are taken for plain ones. What remains must be a Defender device id,
 * an Entra device id, an IP address, or a host name of letters, digits, `-` and `_` (labels up to 63, 253 in all).
 */
export function readDevice(word: string): ReadDevice {
  const text = withPlainHyphens(word.replace(/^https?:\/\/([^/]*)\/?$/i, '$1')).toLowerCase();
  if (text === '') return { ok: false, why: 'The device is missing.' };
  if (/^[0-9a-f]{40}$/.test(text)) return { ok: true, device: { by: 'deviceId', value: text } };
  const entraId = guid.exec(text)?.[1];
  if (entraId !== undefined) return { ok: true, device: { by: 'entraId', value: entraId } };
  const why = whyNoAddress(text);
  if (why !== undefined) return { ok: false, why };
  if (isIP(text) !== 0) return { ok: true, device: { by: 'ip', value: text } };
  const name = text.replace(/\.$/, '');
  const fault = whyNoName(name);
  return fault === undefined ? { ok: true, device: { by: 'name', value: name } } : { ok: false, why: fault };
}

/** What was meant as an id or an address and is not quite one; nothing of it may pass for a host name. */
function whyNoAddress(text: string): string | undefined {
  if (/^[@#]/.test(text)) return `“${excerpt(text)}” is a person or a channel, not a device.`;
  if (/^[0-9a-f]{36,44}$/.test(text)) {
    return `A Defender device id has ${deviceIdLength} characters, and “${excerpt(text)}” has ${text.length}.`;
  }
  if (text.includes('%')) return `“${excerpt(text)}” names a network interface; leave out the % and what follows.`;
  if (isIP(text) === 0 && (/^[\d.]+\.[\d.]+$/.test(text) || /^[0-9a-f:.]*:[0-9a-f:.]*$/.test(text))) {
    return `“${excerpt(text)}” is not a whole IP address.`;
  }
  return undefined;
}

function whyNoName(name: string): string | undefined {
  if (/\s/.test(name)) return `“${excerpt(name)}” holds several words; quote the device alone.`;
  if (name.includes('://')) return `“${excerpt(name)}” is a web address; give the host name alone.`;
  const odd = /[^a-z0-9._-]/u.exec(name)?.[0];
  if (odd !== undefined) {
    return `“${excerpt(name)}” is not a host name: “${odd}” cannot be part of one. The Defender device id works for every device.`;
  }
  if (name.length > 253) return `A host name has at most 253 characters, and this one has ${name.length}.`;
  for (const label of name.split('.')) {
    if (label === '') return `“${excerpt(name)}” is not a host name: a part of it is empty.`;
    if (label.length > 63) return `“${excerpt(label)}” is too long: a part of a host name has at most 63 characters.`;
    if (/^-|-$/.test(label))
      return `“${excerpt(name)}” is not a host name: no part of it begins or ends with a hyphen.`;
  }
  return undefined;
}
