import { StackError } from './stack-error.ts';

/** Systems that a recipe can be for. */
export const platforms = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'] as const;

/** One of {@link platforms}. */
export type Platform = (typeof platforms)[number];

/** The system that we run on. Throws StackError on one that no part has a recipe for. */
export function thisPlatform(os: string = process.platform, arch: string = process.arch): Platform {
  const found = platforms.find((platform) => platform === `${os}-${arch}`);
  if (found === undefined) {
    throw new StackError(
      `the local stack runs on ${platforms.join(', ')}, not on ${os}-${arch}: point the settings at servers elsewhere (docs/parts.md)`,
    );
  }
  return found;
}
