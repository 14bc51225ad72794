import type { TableName } from '../tables.ts';

/** Posts of the course's database: offsets 0 to 11,153. */
export const sourcePostCount = 11_154;

/** A table of the source database, as the course's RDS has it. */
export interface SourceTable {
  /** Name in MySQL. */
  readonly name: string;
  /** Primary key: the post's number. `index` in the pin table, `ind` in the others. */
  readonly key: string;
  /** Columns in the table's order, which is also the order of a record's JSON keys. */
  readonly columns: readonly string[];
  /** Columns that are dates with times, whole seconds, no time zone (taken as UTC). */
  readonly datetimes: readonly string[];
  /** CREATE TABLE IF NOT EXISTS. Types as the course's rows show them; no DDL of the course is public. */
  readonly ddl: string;
}

/** The three tables: one row a post in each, joined by the post's number. */
export const sourceTables: Readonly<Record<TableName, SourceTable>> = {
  pin: {
    name: 'pinterest_data',
    key: 'index',
    columns: [
      'index',
      'unique_id',
      'title',
      'description',
      'poster_name',
      'follower_count',
      'tag_list',
      'is_image_or_video',
      'image_src',
      'downloaded',
      'save_location',
      'category',
    ],
    datetimes: [],
    ddl: `CREATE TABLE IF NOT EXISTS \`pinterest_data\` (
  \`index\` INT NOT NULL PRIMARY KEY,
  \`unique_id\` CHAR(36) NOT NULL,
  \`title\` TEXT,
  \`description\` TEXT,
  \`poster_name\` TEXT,
  \`follower_count\` VARCHAR(32),
  \`tag_list\` TEXT,
  \`is_image_or_video\` VARCHAR(64),
  \`image_src\` TEXT,
  \`downloaded\` INT,
  \`save_location\` VARCHAR(255),
  \`category\` VARCHAR(64)
) CHARACTER SET utf8mb4`,
  },
  geo: {
    name: 'geolocation_data',
    key: 'ind',
    columns: ['ind', 'timestamp', 'latitude', 'longitude', 'country'],
    datetimes: ['timestamp'],
    ddl: `CREATE TABLE IF NOT EXISTS \`geolocation_data\` (
  \`ind\` INT NOT NULL PRIMARY KEY,
  \`timestamp\` DATETIME,
  \`latitude\` FLOAT,
  \`longitude\` FLOAT,
  \`country\` VARCHAR(255)
) CHARACTER SET utf8mb4`,
  },
  user: {
    name: 'user_data',
    key: 'ind',
    columns: ['ind', 'first_name', 'last_name', 'age', 'date_joined'],
    datetimes: ['date_joined'],
    ddl: `CREATE TABLE IF NOT EXISTS \`user_data\` (
  \`ind\` INT NOT NULL PRIMARY KEY,
  \`first_name\` VARCHAR(255),
  \`last_name\` VARCHAR(255),
  \`age\` INT,
  \`date_joined\` DATETIME
) CHARACTER SET utf8mb4`,
  },
};

/** A row of `pinterest_data`, in the table's order of columns. */
export interface PinRow {
  readonly index: number;
  readonly unique_id: string;
  readonly title: string;
  readonly description: string;
  readonly poster_name: string;
  readonly follower_count: string;
  readonly tag_list: string;
  readonly is_image_or_video: string;
  readonly image_src: string;
  readonly downloaded: number;
  readonly save_location: string;
  readonly category: string;
}

/** A row of `geolocation_data`. The timestamp is `YYYY-MM-DD HH:MM:SS`, UTC. */
export interface GeoRow {
  readonly ind: number;
  readonly timestamp: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly country: string;
}

/** A row of `user_data`. `date_joined` is `YYYY-MM-DD HH:MM:SS`, UTC. */
export interface UserRow {
  readonly ind: number;
  readonly first_name: string;
  readonly last_name: string;
  readonly age: number;
  readonly date_joined: string;
}

/** One post: a row of each of the three tables. */
export interface SourcePost {
  readonly pin: PinRow;
  readonly geo: GeoRow;
  readonly user: UserRow;
}
