import { z } from 'zod';
import { listOf, patterns, write } from './field.js';
import { usualStrict } from './strict.js';

const moreForm = 'how many approvals more, a whole number; 0 for none';
const more = z.int(write(moreForm)).min(0, 'write 0 or more').max(10, 'write 10 or less');
const { servers, domainControllers } = usualStrict;

export const domainControllersStrict = z.strictObject(
  {
    approvals: more.default(domainControllers.approvals),
    tags: z
      .union([z.tuple([]), listOf('a list of tags')], write('a list of tags'))
      .default([...domainControllers.tags]),
    names: z.union([z.tuple([]), patterns], write('a list of patterns')).default([...domainControllers.names]),
  },
  write('the fields approvals, tags and names'),
);

export const strict = z.strictObject(
  { servers: more.default(servers), 'domain-controllers': domainControllersStrict.prefault({}) },
  write('the fields servers and domain-controllers'),
);
