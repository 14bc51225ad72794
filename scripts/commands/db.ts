import { Command } from 'commander';
import { seedSource } from '../../activities/mysql/source-seeder.ts';
import { loadSettings } from '../../config/environment.ts';
import { sourcePostCount } from '../../pipeline/source/source-tables.ts';
import { stopSignal } from '../stop-signal.ts';

/** `tw db`: the source database that posts are taken from. */
export function dbCommand(): Command {
  const command = new Command('db').description('fill the source database');
  command
    .command('seed')
    .description(`load the ${sourcePostCount.toLocaleString('en')} posts of the course into the three tables`)
    .option('--force', 'throw away what the tables hold')
    .action(seed);
  return command;
}

async function seed({ force = false }: { readonly force?: boolean }): Promise<void> {
  const { mysql } = loadSettings(['mysql']);
  const outcome = await seedSource(mysql, { force, signal: stopSignal() });
  const where = `${mysql.database} on ${mysql.host}:${mysql.port}`;
  const posts = sourcePostCount.toLocaleString('en');
  console.log(outcome === 'seeded' ? `${posts} posts loaded into ${where}` : `${where} has the ${posts} posts already`);
}
