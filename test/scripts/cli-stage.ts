import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { EngineActivities } from '../../activities/steps/contract.ts';
import type { RoleActivities } from '../../workers/worker.ts';
import { testSettings, testVariables, uniqueName } from '../support/stack.ts';
import { tw, type CommandEnd } from '../support/tw.ts';
import { dailyActivities } from '../workflows/fixtures/daily-activities.ts';
import { bundle, collectLogs, startHarness, type Harness } from '../workflows/harness.ts';

/** An installation of a test file's own, with workers, for its command line: namespace, queues, user and bucket of one name. */
export interface CliStage {
  /** The name of all of them. */
  readonly own: string;
  readonly variables: Readonly<Record<string, string>>;
  /** There once the tests run. */
  readonly env: TestWorkflowEnvironment;
  readonly harness: Harness;
  /** Runs `tw` on it. */
  readonly tw: (...args: readonly string[]) => Promise<CommandEnd>;
  /** The same with `--json`: what it prints. Throws its words when it fails. */
  readonly json: <Told = Readonly<Record<string, unknown>>>(...args: readonly string[]) => Promise<Told>;
  /** Lets no run of the daily batch get past its answers, until they are let go. */
  readonly holdAnswers: () => void;
  readonly letAnswersGo: () => void;
  /** Ends the workers before the tests are over. */
  readonly stopWorkers: () => Promise<void>;
}

interface CliStageOptions {
  /** Module of the DAGs; those of the checkout by default. */
  readonly entry?: string;
  /** By default those of the daily batch, which do nothing and succeed. */
  readonly activities?: Omit<RoleActivities, 'control'>;
  /** Verbs that are run before the workers start; `tw init` by default. */
  readonly before?: readonly (readonly string[])[];
  /** Lets go what its activities hold, so that the workers can end. */
  readonly release?: () => void;
}

/** A {@link CliStage} that is made before the tests of the file that asks for it, and taken down after them. */
export function cliStage(name: string, options: CliStageOptions = {}): CliStage {
  const own = uniqueName(name);
  const variables = testVariables({ TEMPORAL_NAMESPACE: own, TW_TASK_QUEUE: own, TW_USER: own, TW_S3_BUCKET: own });
  const { entry = 'workflows/index', before = [['init']] } = options;
  const gate = openGate();
  const made: { env?: TestWorkflowEnvironment; harness?: Harness } = {};
  const there = <Part>(part: Part | undefined): Part => {
    if (part === undefined) throw new Error('the stage is there once the tests run');
    return part;
  };

  const stage: CliStage = {
    own,
    variables,
    get env() {
      return there(made.env);
    },
    get harness() {
      return there(made.harness);
    },
    tw: (...args) => tw(variables, args),
    json: async (...args) => {
      const { code, out, err } = await tw(variables, [...args, '--json']);
      if (code !== 0) throw new Error(err);
      return JSON.parse(out);
    },
    holdAnswers: gate.close,
    letAnswersGo: gate.open,
    stopWorkers: async () => {
      gate.open();
      await made.harness?.stop();
      delete made.harness;
    },
  };

  beforeAll(async () => {
    collectLogs();
    for (const verb of before) {
      const { code, err } = await stage.tw(...verb);
      if (code !== 0) throw new Error(err);
    }
    const { address } = testSettings().temporal;
    made.env = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace: own });
    made.harness = await startHarness(made.env, {
      bundle: await bundle(entry),
      activities: options.activities ?? gatedDaily(gate.passed),
      taskQueue: own,
      bucket: own,
    });
  });

  afterAll(async () => {
    options.release?.();
    await stage.stopWorkers();
    await made.env?.teardown();
  });

  return stage;
}

function gatedDaily(passed: () => Promise<void>): Omit<RoleActivities, 'control'> {
  const { io, engine } = dailyActivities(() => ({ fails: null, calls: [], report: undefined, verified: undefined }));
  const answer: EngineActivities['answer'] = async (input) => {
    await passed();
    return engine.answer(input);
  };
  return { io, engine: { ...engine, answer } };
}

function openGate() {
  let open = (): void => undefined;
  let passed = Promise.resolve();
  return {
    passed: () => passed,
    close: () => void (passed = new Promise((resolve) => (open = resolve))),
    open: () => open(),
  };
}
