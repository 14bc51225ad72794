const list = (text: string): readonly string[] => text.split('|').map((one) => one.trim());

/** What posts of a category are about; also the stems of their tags. In the database the categories come in this order. */
export const subjects: Readonly<Record<string, readonly string[]>> = {
  art: list(
    'Watercolor Painting|Oil Pastel|Pencil Drawing|Abstract Art|Sketchbook|Line Art|Digital Art|Pop Art Portrait',
  ),
  beauty: list('Nail Art|Hair Color|Skincare Routine|Makeup Look|Braided Hairstyles|Natural Beauty|Lipstick|Glow Up'),
  christmas: list(
    'Christmas Tree|Christmas Cookies|Stocking Stuffers|Holiday Wreath|Advent Calendar|Gift Wrapping|Snowman',
  ),
  'diy-and-crafts': list(
    'Paper Crafts|Macrame|Resin Art|Upcycled Jars|Kids Crafts|Crochet Pattern|Wood Projects|Clay Pots',
  ),
  education: list(
    'Lesson Plans|Classroom Decor|Phonics|Math Games|Study Tips|Science Experiments|Morning Work|Reading Corner',
  ),
  'event-planning': list(
    'Baby Shower|Wedding Checklist|Party Decorations|Table Setting|Birthday Balloons|Bridal Brunch|Favors',
  ),
  finance: list(
    'Budget Planner|Money Saving Tips|Side Hustle|Debt Payoff|Passive Income|Investing|Emergency Fund|Frugal Living',
  ),
  'home-decor': list(
    'Living Room|Farmhouse Kitchen|Bedroom Makeover|Small Spaces|Gallery Wall|Bathroom Vanity|Cozy Corner',
  ),
  'mens-fashion': list(
    'Suit Style|Streetwear|Casual Outfits|Leather Jacket|Sneakers|Summer Outfits|Beard Styles|Denim',
  ),
  quotes: list(
    'Life Quotes|Motivational Quotes|Love Quotes|Self Care Quotes|Strong Women Quotes|Funny Quotes|Work Quotes',
  ),
  tattoos: list(
    'Sleeve Tattoo|Fine Line Tattoo|Flower Tattoos|Couple Tattoos|Small Tattoos|Moon Tattoo|Snake Tattoo|Linework',
  ),
  travel: list(
    'Road Trip|Packing List|Hidden Beaches|Solo Travel|City Guide|National Parks|Island Hopping|Budget Travel',
  ),
  vehicles: list(
    'Classic Cars|Camper Van|Off Road Truck|Motorcycles|Car Organization|Sports Cars|Vintage Trucks|Garage Ideas',
  ),
};

/** What may stand before a subject in a title. */
export const openings: readonly string[] = list(
  '25 Best|How to Start With|The Ultimate Guide to|10 Easy|Simple|Stunning|Our Favorite|77 Top|Beautiful|Why We Love|DIY',
);

/** What may stand after it. */
export const endings: readonly string[] = list(
  'Ideas|for Beginners|You Will Love|on a Budget|- [2021 Inspiration Guide]|That Actually Work|| Step by Step|for Every Season',
).map((one) => one || 'Ideas');

/** Sentences of descriptions. */
export const sentences: readonly string[] = list(
  `Save this pin for later and share it with a friend who needs it.|Here is everything you need to know before you start,
 with photos of each step.|Click through for the free printable and the whole list of supplies.|These ideas are simple,
 quick and look wonderful in every home.|We tried them all so that you do not have to: these are the ones that worked.|Visit
 the shop for more designs, made by hand and shipped world-wide.|Perfect for a rainy afternoon with the kids.|Follow our
 board for a new idea every day of the year.|It takes less than an hour and costs next to nothing.`.replaceAll(
    '\n',
    '',
  ),
);

/** Sentences in other letters and languages, as four in a hundred posts have them. */
export const foreignSentences: readonly string[] = list(
  'Идеи для дома и уюта, которые легко повторить.|Ιδέες για το σπίτι και τη διακόσμηση.|Ideas fáciles y rápidas para niñas y niños ✂️|手作りの可愛いアイデア集。|Schöne Ideen für Zuhause – ganz einfach erklärt.|Découvrez nos idées préférées à réaliser cet été ☀️',
);

/** Emoji and ornaments that one title in ten carries. */
export const ornaments: readonly string[] = list('✨|🍂|❤️|🎄|📌|☕|🌸|™|→|é');

/** What follows a subject in a tag. */
export const tagEndings: readonly string[] = list(
  'Ideas|Inspo|Tips|Designs|Aesthetic|Tutorial|Easy|Vintage|Diy|Projects|Simple|Modern|Hacks',
);

const posterFirst = list(
  'Cozy|Golden|Happy|Simple|Wild|Modern|Little|Urban|Sunny|Crafty|Bright|Clever|Vintage|Gentle|Busy|Lovely|Rustic|Mindful|Frugal|Daily|Salty|Velvet|Copper|Paper|Secret|Second|Northern|Honest|Artful|Nomad|Savvy|Quiet|Bold|Merry|Minted|Café',
);
const posterSecond = list(
  'Fox|Nest|Studio|Kitchen|Mama|Teacher|Garden|Traveler|Maker|Home|Closet|Canvas|Planner|Cottage|Journal|Barn|Stitch|Budget|Ink|Garage|Daisy|Harbor|Pencil|Lantern|Acorn|Compass|Pantry|Ribbon|Willow|Sparrow|Button|Thimble|Meadow|Attic|Bloom|Niño',
);
const posterShapes: readonly ((one: string, two: string) => string)[] = [
  (one, two) => `${one} ${two}`,
  (one, two) => `The ${one} ${two}`,
  (one, two) => `${one}${two}Blog`,
  (one, two) => `${two} & ${one}`,
  (one, two) => `My ${one} ${two} | DIY, Crafts & Home `,
  (one, two) => `${one} ${two} Co.`,
  (one, two) => `It's ${one} ${two}`,
  (one, two) => `${one} ${two} Magazine`,
  (one, two) => `${two} by ${one}`,
  (one, two) => `${one.toLowerCase()}.${two.toLowerCase()}`,
  (one, two) => `${one} ${two} - Tips, Ideas + Inspiration for Every Day`,
];

/** Name of a poster: another one for every rank below 14,256, since all combinations are used once. */
export function posterName(rank: number): string {
  const combinations = posterFirst.length * posterSecond.length * posterShapes.length;
  // 7919 is a prime that divides none of the three, so the steps visit every combination before they repeat.
  const place = (rank * 7919) % combinations;
  const one = posterFirst[place % posterFirst.length] ?? '';
  const rest = Math.floor(place / posterFirst.length);
  const two = posterSecond[rest % posterSecond.length] ?? '';
  const shape = posterShapes[Math.floor(rest / posterSecond.length)];
  return shape === undefined ? `${one} ${two}` : shape(one, two);
}
