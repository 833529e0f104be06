import { idsOf, type Person } from '../people/person.js';
import type { Policy } from './policy.js';

/** Who has to approve. One human fills one place only, also across the parts of an `all`. */
export type Need =
  | { readonly kind: 'from'; readonly groups: readonly string[]; readonly approvals: number }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Need[] };

export type FromNeed = Extract<Need, { kind: 'from' }>;

/** The most places of these needs, all of which have to be filled, that these people can fill, each of them one. */
export function placesFilled(
  policy: Pick<Policy, 'groups'>,
  needs: readonly FromNeed[],
  people: readonly Pick<Person, 'id' | 'account' | 'aliases'>[],
): number {
  const places = needs.flatMap(({ groups, approvals }) => Array.from({ length: approvals }, () => groups));
  const ids = people.map((person) => idsOf({ ...person, name: '', standing: 'member' }));
  const fits = (person: number, place: number): boolean =>
    places[place]?.some((group) => policy.groups.get(group)?.some((id) => ids[person]?.includes(id))) === true;
  const taken = new Map<number, number>();

  /** Gives the person a place, moving others where they have another to go to. */
  function seat(person: number, tried: Set<number>): boolean {
    for (const place of places.keys()) {
      if (tried.has(place) || !fits(person, place)) continue;
      tried.add(place);
      const sitting = taken.get(place);
      if (sitting === undefined || seat(sitting, tried)) {
        taken.set(place, person);
        return true;
      }
    }
    return false;
  }

  return people.filter((_, person) => seat(person, new Set())).length;
}
