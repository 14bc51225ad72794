import type { Command } from 'commander';

/** One verb of the command line: what it is for, and where its code is. Loaded only when it is asked for. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/**
 * Every verb of `tw`, in the order of its help. A verb's module brings clients and servers along, so `tw demo` does not
 * pay for what `tw db` needs.
 */
export const verbs: readonly Verb[] = [
  {
    name: 'demo',
    summary: 'run the whole daily batch on real servers and show its answers',
    load: async () => (await import('./commands/demo.ts')).demoCommand(),
  },
  {
    name: 'dev',
    summary: 'stack and worker for development; restarts the worker when a DAG or activity changes',
    load: async () => (await import('./commands/dev.ts')).devCommand(),
  },
  {
    name: 'worker',
    summary: 'run a worker (roles: orchestration, io, engine)',
    load: async () => (await import('./commands/worker.ts')).workerCommand(),
  },
  {
    name: 'deployment',
    summary: 'builds of workers: which one new runs begin with',
    load: async () => (await import('./commands/deployment.ts')).deploymentCommand(),
  },
  {
    name: 'init',
    summary: 'make what runs need on the servers of the settings: search attributes, retention, bucket, topics',
    load: async () => (await import('./commands/init.ts')).initCommand(),
  },
  {
    name: 'doctor',
    summary: 'say what is here, what is missing and how to get it',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  },
  {
    name: 'stack',
    summary: 'start, stop and look at the local servers',
    load: async () => (await import('./commands/stack.ts')).stackCommand(),
  },
  {
    name: 'db',
    summary: 'fill the source database',
    load: async () => (await import('./commands/db.ts')).dbCommand(),
  },
  {
    name: 'topics',
    summary: 'create and list the Kafka topics',
    load: async () => (await import('./commands/topics.ts')).topicsCommand(),
  },
  {
    name: 'dags',
    summary: 'look at DAGs and trigger runs',
    load: async () => (await import('./commands/dags.ts')).dagsCommand(),
  },
  {
    name: 'runs',
    summary: 'list, show, resume, mark and cancel runs',
    load: async () => (await import('./commands/runs.ts')).runsCommand(),
  },
  {
    name: 'backfill',
    summary: 'run slots of the past, or run them again',
    load: async () => (await import('./commands/backfill.ts')).backfillCommand(),
  },
  {
    name: 'tasks',
    summary: "states and logs of a run's tasks; clear and mark them",
    load: async () => (await import('./commands/tasks.ts')).tasksCommand(),
  },
  {
    name: 'assets',
    summary: 'what tasks make and DAGs wait for',
    load: async () => (await import('./commands/assets.ts')).assetsCommand(),
  },
  {
    name: 'pools',
    summary: 'slots that tasks share over runs and DAGs',
    load: async () => (await import('./commands/pools.ts')).poolsCommand(),
  },
  {
    name: 'schedules',
    summary: 'keep the Temporal Schedules in step with the DAGs',
    load: async () => (await import('./commands/schedules.ts')).schedulesCommand(),
  },
  {
    name: 'notebooks',
    summary: 'write the notebooks to the Databricks workspace',
    load: async () => (await import('./commands/notebooks.ts')).notebooksCommand(),
  },
  {
    name: 'landing',
    summary: 'decide what the landing must not decide by itself',
    load: async () => (await import('./commands/landing.ts')).landingCommand(),
  },
  {
    name: 'verify',
    summary: 'prove from the bucket alone that nothing was lost and nothing is there twice',
    load: async () => (await import('./commands/verify.ts')).verifyCommand(),
  },
];
