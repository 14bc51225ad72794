import prettyStream, { type PrettyStream } from 'pino-pretty';

/** Lines for people: time, level, sentence, then the fields on the same line. Written at once, so that none is lost at an exit. */
export function pretty(): PrettyStream {
  return prettyStream({ sync: true, singleLine: true, translateTime: 'SYS:HH:MM:ss', colorize: process.stdout.isTTY });
}
