import { dice } from './dice.ts';
import { momentBetween, people, unknownPoster } from './people.ts';
import { pinKind, pinRow } from './pin-row.ts';
import { publishedPosts } from './published-posts.ts';
import type { SourcePost } from './source-tables.ts';

/**
 * The source database of a seed: any post by its offset, always the same. Its columns are distributed as those of the
 * real rows (a test holds them together), and the two published posts are the real ones, letter by letter.
 */
export function sourcePosts(seed = 2022): { readonly post: (index: number) => SourcePost } {
  const everybody = people(seed);
  return {
    post(index) {
      const published = publishedPosts.get(index);
      if (published !== undefined) return published;
      const die = dice(seed, 5, index);
      const someone = everybody.poster(die.next());
      const person = pinKind(seed, index) === 'story without anything' ? unknownPoster : someone;
      return {
        pin: pinRow(seed, index, person),
        geo: {
          ind: index,
          timestamp: momentBetween('2017-10-20T00:00:00Z', '2022-10-18T23:59:59Z', die.next()),
          latitude: person.latitude,
          longitude: person.longitude,
          country: person.country,
        },
        user: {
          ind: index,
          first_name: person.firstName,
          last_name: person.lastName,
          age: person.age,
          date_joined: person.joined,
        },
      };
    },
  };
}
