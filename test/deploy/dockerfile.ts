import { Copy, DockerfileParser, Env, type Instruction } from 'dockerfile-ast';

/** One instruction of a Dockerfile, as far as Cordon's own uses it. What it does not know it refuses, so that nothing is passed over. */
export type Step =
  | { readonly do: 'copy'; readonly from?: string; readonly sources: readonly string[]; readonly to: string }
  | { readonly do: 'run'; readonly command: string }
  | { readonly do: 'env'; readonly values: Readonly<Record<string, string>> }
  | { readonly do: 'workdir'; readonly folder: string }
  | { readonly do: 'user'; readonly user: string }
  | { readonly do: 'volume'; readonly folder: string }
  | { readonly do: 'cmd' | 'healthcheck'; readonly words: readonly string[] | undefined }
  | { readonly do: 'expose' | 'label' };

export interface Stage {
  /** With its arguments put in. */
  readonly image: string;
  readonly name?: string;
  readonly steps: readonly Step[];
}

/** Throws at an instruction or a form of one that Cordon's Dockerfile does not use. */
export function readDockerfile(text: string): Stage[] {
  const file = DockerfileParser.parse(text);
  const given = Object.fromEntries(
    file.getARGs().map((arg) => [arg.getProperty()?.getName() ?? '', arg.getProperty()?.getValue() ?? '']),
  );
  const stages: { image: string; name?: string; steps: Step[] }[] = [];
  for (const instruction of file.getInstructions()) {
    const keyword = instruction.getKeyword();
    const stage = stages.at(-1);
    if (keyword === 'ARG' && stage === undefined) continue;
    if (keyword === 'FROM') {
      const [image = '', , name] = instruction.getArguments().map((argument) => argument.getValue());
      const put = image.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => given[arg] ?? '');
      stages.push({ image: put, ...(name === undefined ? {} : { name }), steps: [] });
      continue;
    }
    if (stage === undefined) throw new Error(`${keyword} before FROM`);
    stage.steps.push(stepOf(keyword, instruction));
  }
  return stages;
}

function stepOf(keyword: string, instruction: Instruction): Step {
  const words = instruction.getExpandedArguments().map((argument) => argument.getValue());
  const raw = instruction.getRawArgumentsContent() ?? '';
  if (instruction instanceof Copy) {
    const [from] = instruction.getFlags();
    const sources = words.filter((word) => !word.startsWith('--'));
    const to = sources.pop() ?? '';
    return { do: 'copy', ...(from === undefined ? {} : { from: from.getValue() ?? '' }), sources, to };
  }
  if (instruction instanceof Env) {
    const set = instruction.getProperties().map((one) => [one.getName(), one.getValue() ?? '']);
    return { do: 'env', values: Object.fromEntries(set) as Record<string, string> };
  }
  switch (keyword) {
    case 'RUN':
      return { do: 'run', command: raw.replaceAll('\\\n', '') };
    case 'WORKDIR':
      return { do: 'workdir', folder: raw };
    case 'USER':
      return { do: 'user', user: raw };
    case 'VOLUME':
      return { do: 'volume', folder: raw };
    case 'CMD':
      return { do: 'cmd', words: exec(raw) };
    case 'HEALTHCHECK':
      return { do: 'healthcheck', words: exec(raw.replace(/^[\s\S]*?\bCMD\s+/, '')) };
    case 'EXPOSE':
      return { do: 'expose' };
    case 'LABEL':
      return { do: 'label' };
    default:
      throw new Error(`The replay does not know ${keyword}`);
  }
}

/** Undefined for the shell form, which does not pass signals on. */
function exec(command: string): string[] | undefined {
  return command.startsWith('[') ? (JSON.parse(command) as string[]) : undefined;
}

/** What of the project's folder a build may see, by the form of `.dockerignore` that Cordon uses: `*`, and then what is let in. */
export function letIn(dockerignore: string): string[] {
  const [first, ...others] = dockerignore.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (first !== '*' || others.some((line) => !/^![\w.-]+$/.test(line))) {
    throw new Error('.dockerignore has to begin with *, and then let single things in: !src');
  }
  return others.map((line) => line.slice(1));
}
