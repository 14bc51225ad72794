import { countries } from './countries.ts';
import { dice, type Dice } from './dice.ts';
import { firstNames, lastNames } from './person-names.ts';
import { posterName } from './pin-words.ts';

/** Who posts: in the real rows one poster of Pinterest and one made-up user of the course belong together. */
export interface Person {
  readonly firstName: string;
  readonly lastName: string;
  readonly age: number;
  /** `YYYY-MM-DD HH:MM:SS`, UTC. */
  readonly joined: string;
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly posterName: string;
  readonly followers: string;
  /** The count of a later day, which a few of the poster's posts show; mostly the same. */
  readonly laterFollowers: string;
}

/** The user that the real data gives to all pins whose poster could not be read. */
export const unknownPoster: Person = {
  firstName: 'Abigail',
  lastName: 'Ali',
  age: 20,
  joined: '2015-10-24 11:23:51',
  country: 'Albania',
  latitude: -89.9787,
  longitude: -173.293,
  posterName: 'User Info Error',
  followers: 'User Info Error',
  laterFollowers: 'User Info Error',
};

/**
 * How many draws the smallest is taken of, for the people who make the first so much of all posts. The course's users
 * were made like that, it seems: who posts much is young, joined early, has a name and a country that begin with A, lives
 * far south and west, and has many followers. That gives the real distributions of all these columns at once.
 */
const draws: readonly { readonly share: number; readonly of: number }[] = [
  { share: 0.06, of: 120 },
  { share: 0.15, of: 40 },
  { share: 0.25, of: 15 },
  { share: 0.35, of: 8 },
  { share: 0.48, of: 5 },
  { share: 0.57, of: 3 },
  { share: 0.7, of: 2 },
];

/** People of the generator, and how steeply their numbers of posts fall: 947 people in 1,276 posts, the first has 2 %. */
const population = 14_000;
const weight = (rank: number): number => (rank + 2) ** -0.8;

/** Everybody who posts. */
export interface People {
  /** Whoever makes a post: `at` is uniform in [0, 1). */
  poster(at: number): Person;
}

/** The people of a seed. */
export function people(seed: number): People {
  const upTo: number[] = [];
  let total = 0;
  for (let rank = 0; rank < population; rank++) upTo.push((total += weight(rank)));
  const known = new Map<number, Person>();
  return {
    poster(at) {
      const rank = firstAbove(upTo, at * total);
      let person = known.get(rank);
      if (person === undefined) {
        person = makePerson(dice(seed, 1, rank), rank, ((upTo[rank] ?? total) - weight(rank) / 2) / total);
        known.set(rank, person);
      }
      return person;
    },
  };
}

function makePerson(die: Dice, rank: number, share: number): Person {
  const of = draws.find((one) => share < one.share)?.of ?? 1;
  const low = (): number => 1 - (1 - die.next()) ** (1 / of);
  const at = (list: readonly string[]): string => list[Math.floor(low() * list.length)] ?? '';
  const [followers, laterFollowers] = followerCounts(die, share);
  return {
    firstName: at(firstNames),
    lastName: at(lastNames),
    age: 20 + Math.floor(low() * 41),
    joined: momentBetween('2015-10-21T00:00:00Z', '2017-10-18T23:59:59Z', low()),
    country: at(countries),
    latitude: float(-90 + 180 * low()),
    longitude: float(-180 + 360 * low()),
    posterName: posterName(rank),
    followers,
    laterFollowers,
  };
}

/** Follower counts as Pinterest shows them: 75 % thousands, 7 % millions; they fall with the number of posts. */
function followerCounts(die: Dice, share: number): readonly [string, string] {
  const luck = (die.next() + die.next() + die.next() + die.next() - 2) * 1.73;
  const standing = (0.5 - share) * 3.46;
  const score = 0.7 * standing + 0.71 * luck;
  const followers = Math.min(15_000_000, 30_000 * Math.exp(score * (score < 0 ? 3.5 : 2.4)));
  if (followers < 1000) return [shown(Math.floor(followers), ''), shown(Math.floor(followers), '')];
  if (followers < 985_500) {
    const thousands = Math.max(1, Math.round(followers / 1000));
    return [shown(thousands, 'k'), shown(die.chance(0.03) ? thousands + 1 : thousands, 'k')];
  }
  const millions =
    [1, 1, 2, 3, 4, 5, 6, 8, 15].findLast((one) => one * 1_000_000 <= Math.max(followers, 1_000_000)) ?? 1;
  return [shown(millions, 'M'), shown(millions, 'M')];
}

function shown(count: number, unit: string): string {
  return `${count}${unit}`;
}

/** The moment at a share of the way between two, as MySQL prints a DATETIME. */
export function momentBetween(from: string, to: string, share: number): string {
  const start = Date.parse(from);
  const moment = new Date(start + Math.floor(((Date.parse(to) - start) / 1000) * share) * 1000);
  return moment.toISOString().slice(0, 19).replace('T', ' ');
}

/** Six significant digits, as MySQL prints a FLOAT. */
function float(value: number): number {
  return Number(value.toPrecision(6));
}

function firstAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
