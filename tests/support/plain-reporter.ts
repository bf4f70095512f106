import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts one file: its tests, and one failure for each thing that failed outside a test (loading, a hook of a suite). */
function countModule(module: TestModule, counts: Counts): void {
  let tests = 0;
  for (const test of module.children.allTests()) {
    tests += 1;
    const { state } = test.result();
    if (state === 'passed') counts.passed += 1;
    else if (state === 'failed') counts.failed += 1;
    else counts.skipped += 1;
  }
  const brokenHooks = [...module.children.allSuites()].filter((suite: TestSuite) => suite.errors().length > 0).length;
  const brokenFile = module.state() === 'failed' && (tests === 0 || module.errors().length > 0) ? 1 : 0;
  counts.failed += brokenHooks + brokenFile;
}

/** Prints the true counts as the very last line of a run, alone: `N passed, N failed`, and `, N skipped` when there are any. */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, errors: ReadonlyArray<SerializedError>): void {
    const counts: Counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) countModule(module, counts);
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    const line = `${counts.passed} passed, ${counts.failed} failed${skipped}`;
    process.once('exit', () => process.stdout.write(`\n${line}\n`));
  }
}
