import type { QuestionName } from '../questions/questions.ts';

/** What the page says about one part of the eight questions, beside its title. */
export interface Wording {
  /** The course's number and part, for example `5` or `6, first step`. */
  readonly number: string;
  readonly ask: string;
  /** What the course leaves open, and how it is decided here; the reasons are in docs/decisions/questions.md. */
  readonly decided: string;
}

const ties = 'Where several share the first place, each of them is listed.';
const ages = 'The age groups are 18-24, 25-35, 36-50 and +50, which means 51 and over.';
const median =
  'The median is exact: of an even number of posts it is the mean of the middle two. Posts without a follower count are left out.';
const joined =
  'The year is the one in which the user joined (date_joined, UTC), although the column is called post_year.';

/** The eight questions of the course (its tasks 4 to 11) in plain words, part by part. */
export const wordings: Readonly<Record<QuestionName, Wording>> = {
  q4: {
    number: '4',
    ask: 'Which category has the most posts in each country?',
    decided: ties,
  },
  q5: {
    number: '5',
    ask: 'Which category had the most posts in each year from 2018 to 2022?',
    decided: `A post belongs to the year of its timestamp, in UTC. ${ties}`,
  },
  q5all: {
    number: '5, every category',
    ask: 'How many posts did each category have in each year from 2018 to 2022?',
    decided:
      'The course words question 5 in two ways; this is the other one. A category without posts in a year has no row.',
  },
  q6a: {
    number: '6, first step',
    ask: 'Who has the most followers in each country?',
    decided: `A user is here the poster of a pin, with the highest count that was seen, never a sum over posts. ${ties}`,
  },
  q6b: {
    number: '6, second step',
    ask: 'In which country is the user with the most followers?',
    decided: 'From the first step. Where several countries share the highest count, each of them is listed.',
  },
  q7: {
    number: '7',
    ask: 'Which category has the most posts in each age group?',
    decided: `${ages} ${ties}`,
  },
  q8: {
    number: '8',
    ask: 'What is the median follower count in each age group?',
    decided: `${ages} ${median}`,
  },
  q9: {
    number: '9',
    ask: 'How many users joined in each year from 2015 to 2020?',
    decided: `${joined} The data has no user id: a user is one first name, last name, age and time of joining, however many posts there are.`,
  },
  q10: {
    number: '10',
    ask: 'What is the median follower count of users who joined from 2015 to 2020, by year of joining?',
    decided: `${joined} ${median}`,
  },
  q11: {
    number: '11',
    ask: 'And what is that median in each age group of each year of joining?',
    decided: `${joined} ${ages} ${median}`,
  },
};
