import { zipSync } from 'fflate';
import { z } from 'zod';
import { version } from '../version.js';
import { hostPlaceholder, type World } from './command-line.js';

/** The oldest date that a zip can hold: the same input gives the same bytes. */
const mtime = new Date(1980, 0, 1);

/** The fields that are filled in; everything else is kept as it is in manifests/teams/manifest.json. */
const template = z.looseObject({ id: z.string(), bots: z.tuple([z.looseObject({ botId: z.string() })]) });

export interface TeamsPackage {
  readonly host: string;
  readonly appId: string;
  readonly asset: World['asset'];
}

/** The zip that Teams takes: manifest.json and both icons at its root. */
export async function teamsPackage({ host, appId, asset }: TeamsPackage): Promise<Uint8Array> {
  const folder = 'manifests/teams/';
  const text = new TextDecoder().decode(await asset(`${folder}manifest.json`));
  const { bots, ...rest } = template.parse(JSON.parse(text.replaceAll(hostPlaceholder, host)));
  const manifest = { ...rest, version, id: appId, bots: [{ ...bots[0], botId: appId }] };
  return zipSync(
    {
      'manifest.json': new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
      'color.png': await asset(`${folder}color.png`),
      'outline.png': await asset(`${folder}outline.png`),
    },
    { mtime },
  );
}
