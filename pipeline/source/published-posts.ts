import type { SourcePost } from './source-tables.ts';

/** The posts that public notebooks of the course print in full, by offset: whoever knows the course knows them. */
export const publishedPosts: ReadonlyMap<number, SourcePost> = new Map([
  [
    7528,
    {
      pin: {
        index: 7528,
        unique_id: 'fbe53c66-3442-4773-b19e-d3ec6f54dddf',
        title: 'No Title Data Available',
        description: 'No description available Story format',
        poster_name: 'User Info Error',
        follower_count: 'User Info Error',
        tag_list: 'N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e',
        is_image_or_video: 'multi-video(story page format)',
        image_src: 'Image src error.',
        downloaded: 0,
        save_location: 'Local save in /data/mens-fashion',
        category: 'mens-fashion',
      },
      geo: { ind: 7528, timestamp: '2020-08-28 03:52:47', latitude: -89.9787, longitude: -173.293, country: 'Albania' },
      user: { ind: 7528, first_name: 'Abigail', last_name: 'Ali', age: 20, date_joined: '2015-10-24 11:23:51' },
    },
  ],
  [
    3454,
    {
      pin: {
        index: 3454,
        unique_id: '46bd3f86-b09d-4e29-9033-7ff2df595e51',
        title: 'What can you use to color resin?',
        description:
          'HELPFUL RESOURCES – Check out my resin colorants resources page here with links to all the products mentioned in this article (and more). Let me know if you have any that you lo…\u00a0',
        poster_name: 'Mixed Media Crafts',
        follower_count: '6k',
        tag_list:
          'Epoxy Resin Art,Diy Resin Art,Diy Resin Crafts,Resin Molds,Ice Resin,Resin Pour,Diy Epoxy,Diy Resin Painting,Diy Resin Dice',
        is_image_or_video: 'image',
        image_src: 'https://i.pinimg.com/originals/d4/12/78/d4127833023ca32600571ddca16f1556.jpg',
        downloaded: 1,
        save_location: 'Local save in /data/diy-and-crafts',
        category: 'diy-and-crafts',
      },
      geo: {
        ind: 3454,
        timestamp: '2021-07-25 02:20:29',
        latitude: -0.375174,
        longitude: 49.8106,
        country: 'Cambodia',
      },
      user: { ind: 3454, first_name: 'Robert', last_name: 'Murphy', age: 48, date_joined: '2017-09-26 16:31:56' },
    },
  ],
]);
