import { inheritedEnvironment } from '../../config/environment.ts';
import { requirePrerequisite } from '../prerequisites.ts';
import type { ReportStep } from '../progress.ts';
import { StackError } from '../stack-error.ts';
import { runTool } from '../tethered-process.ts';

/** A program that Go builds. */
export interface GoOrder {
  readonly title: string;
  readonly module: string;
  readonly package: string;
  readonly version: string;
  /** The module's hash as go.sum writes it. What it depends on is pinned by the module's own go.sum. */
  readonly sum: string;
}

/** Builds a pinned Go program into a folder, with the user's own Go and its configuration. Takes a minute or two. */
export async function goInstall(order: GoOrder, folder: string, report: ReportStep): Promise<void> {
  const go = await requirePrerequisite('go', `building ${order.title}`);
  const environment = { ...inheritedEnvironment(), GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-modcacherw' };
  report(`fetching the source of ${order.title}`);
  const told = await runTool({
    command: go.path,
    args: ['mod', 'download', '-json', `${order.module}@${order.version}`],
    environment,
    folder,
    purpose: `fetching the source of ${order.title}`,
  });
  const sum = /"Sum": "(h1:[^"]+)"/.exec(told)?.[1];
  if (sum !== order.sum) {
    throw new StackError(
      `${order.module} ${order.version} is not the source that we tried: ${sum}, expected ${order.sum}`,
    );
  }
  report(`building ${order.title}, which takes a minute or two`);
  await runTool({
    command: go.path,
    args: ['install', '-trimpath', '-ldflags', '-s -w', `${order.module}/${order.package}@${order.version}`],
    environment,
    folder,
    purpose: `building ${order.title}`,
  });
}
