import { dice, type Dice } from './dice.ts';
import type { Person } from './people.ts';
import { endings, foreignSentences, openings, ornaments, sentences, subjects, tagEndings } from './pin-words.ts';
import type { PinRow } from './source-tables.ts';

/** First offset of each category: the table is sorted by category, so a prefix of it knows only a few. */
const bands: readonly (readonly [string, number])[] = [
  ['art', 0],
  ['beauty', 894],
  ['christmas', 1638],
  ['diy-and-crafts', 2635],
  ['education', 3467],
  ['event-planning', 4330],
  ['finance', 5080],
  ['home-decor', 5870],
  ['mens-fashion', 6729],
  ['quotes', 7578],
  ['tattoos', 8483],
  ['travel', 9461],
  ['vehicles', 10_310],
];

/** Placeholders that the scraper wrote where it found nothing. */
export const sentinels = {
  title: 'No Title Data Available',
  story: 'No description available Story format',
  description: 'No description available',
  poster: 'User Info Error',
  /** "No Tags Available" joined letter by letter, by the same slip as in the real rows. */
  tags: 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e',
  image: 'Image src error.',
} as const;

/** What the scraper got of a pin. */
export type PinKind = 'image' | 'video' | 'story' | 'story without image' | 'story without anything';

/** Kind of the pin at an offset: 6.6 % stories, 32 % of them without an image, 13 % of them without anything. */
export function pinKind(seed: number, index: number): PinKind {
  const roll = dice(seed, 2, index).next();
  if (roll < 0.066 * 0.13) return 'story without anything';
  if (roll < 0.066 * 0.32) return 'story without image';
  if (roll < 0.066) return 'story';
  return roll < 0.094 ? 'video' : 'image';
}

/** The pin at an offset, posted by a person. */
export function pinRow(seed: number, index: number, person: Person): PinRow {
  const kind = pinKind(seed, index);
  const category = categoryAt(index);
  const nothing = kind === 'story without anything';
  const story = kind.startsWith('story');
  const imageError = kind === 'story without image' || nothing;
  // A few pins are there twice, under another number and another unique_id.
  const content = dice(seed, 3, index % 997 === 400 ? index - 193 : index);
  const own = dice(seed, 4, index);
  const title = titleOf(content, category);
  const description = descriptionOf(content, category);
  const tags = tagsOf(content, category);
  const image = `${story || kind === 'video' ? 'videos/thumbnails/' : ''}originals/${imagePath(content)}.jpg`;
  const lost = !story && own.chance(0.016);
  return {
    index,
    unique_id: uuid(own),
    title: nothing ? sentinels.title : title,
    description: story ? sentinels.story : lost ? sentinels.description : description,
    poster_name: person.posterName,
    follower_count: own.chance(0.3) ? person.laterFollowers : person.followers,
    tag_list: nothing || own.chance(0.004) ? sentinels.tags : tags,
    is_image_or_video: story ? 'multi-video(story page format)' : kind,
    image_src: imageError ? sentinels.image : `https://i.pinimg.com/${image}`,
    downloaded: imageError ? 0 : 1,
    save_location: `Local save in /data/${category}`,
    category,
  };
}

function categoryAt(index: number): string {
  return bands.findLast(([, first]) => first <= index)?.[0] ?? 'art';
}

function titleOf(die: Dice, category: string): string {
  const parts = [die.pick(openings), die.pick(subjects[category] ?? []), die.pick(endings)];
  if (die.chance(0.1)) parts.splice(die.below(4), 0, die.pick(ornaments));
  return `${die.chance(0.01) ? ' ' : ''}${parts.join(' ')}`;
}

function descriptionOf(die: Dice, category: string): string {
  const roll = die.next();
  if (roll < 0.001) return die.pick(['Untitled', 'Art.', '5,237 points • 127 comments']);
  const parts = [`${die.pick(subjects[category] ?? [])} ${die.pick(endings)}.`];
  if (roll < 0.06) parts.unshift(die.pick(foreignSentences));
  const cut = die.chance(0.38);
  const length = cut ? 190 : 60 + die.below(110);
  while (parts.join(' ').length < length) parts.push(die.pick(sentences));
  const text = parts.join(' ');
  // The scraper kept what Pinterest shows: 178 characters, an ellipsis, and a no-break space.
  return cut || text.length > 180 ? `${text.slice(0, cut ? 178 : 150).trimEnd()}${cut ? '…\u00a0' : ''}` : text;
}

function tagsOf(die: Dice, category: string): string {
  return Array.from({ length: 9 }, () => `${die.pick(subjects[category] ?? [])} ${die.pick(tagEndings)}`).join(',');
}

function imagePath(die: Dice): string {
  const name = hex(die, 32);
  return `${name.slice(0, 2)}/${name.slice(2, 4)}/${name.slice(4, 6)}/${name}`;
}

function uuid(die: Dice): string {
  const h = hex(die, 32);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
}

function hex(die: Dice, digits: number): string {
  let text = '';
  while (text.length < digits) text += die.below(0x1_0000).toString(16).padStart(4, '0');
  return text;
}
