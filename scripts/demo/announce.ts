import type { Printer } from './printer.ts';

export async function announce(_folder: string, _printer: Printer): Promise<void> {}
