import { dagGraph, type DagGraph } from '../../../scripts/dags/dag-graph.ts';
import { graphText } from '../../../scripts/dags/graph-text.ts';
import { sampleDag } from './sample-dag.ts';

const graph = dagGraph(sampleDag);

describe("a DAG's graph", () => {
  test('is a tree in text: each task once, below the nearest one before it', () => {
    expect(graphText(graph, 'text').split('\n')).toEqual([
      'sample',
      '├─ get',
      '│  ├─ clean [2]',
      '│  ├─ other',
      '│  │  └─ report  all_done  (also after clean)',
      '│  └─ tail.each [results]',
      '└─ tail.choose  branch',
      '   └─ tail.yes',
    ]);
  });

  test('tells edges of data from those of order alone, and groups', () => {
    const { nodes, edges, groups } = JSON.parse(graphText(graph, 'json')) as DagGraph;
    expect(nodes.map(({ id, kind, mapped, group }) => [id, kind, mapped, group])).toEqual([
      ['get', null, null, null],
      ['clean', null, 2, null],
      ['other', null, null, null],
      ['report', null, null, null],
      ['tail.choose', 'branch', null, 'tail'],
      ['tail.yes', null, null, 'tail'],
      ['tail.each', null, 'results', 'tail'],
    ]);
    expect(edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`)).toEqual([
      'get data clean',
      'get order other',
      'clean data report',
      'other order report',
      'tail.choose order tail.yes',
      expect.stringMatching(/^get (data|order) tail\.each$/),
    ]);
    expect(groups).toMatchObject([{ id: 'tail', parent: null }]);
  });

  test('is a Mermaid flowchart', () => {
    const lines = graphText(graph, 'mermaid').split('\n');
    expect(lines.slice(0, 10)).toEqual([
      'flowchart LR',
      '  t0["get"]',
      '  t1["clean [2]"]',
      '  t2["other"]',
      '  t3["report<br/>all_done"]',
      '  subgraph g0["tail"]',
      '    t4["tail.choose<br/>branch"]',
      '    t5["tail.yes"]',
      '    t6["tail.each [results]"]',
      '  end',
    ]);
    expect(lines).toContain('  t0 --> t1');
    expect(lines).toContain('  t2 -.-> t3');
  });

  test('is a Graphviz digraph', () => {
    const lines = graphText(graph, 'dot').split('\n');
    expect([lines[0], lines.at(-1)]).toEqual(['digraph "sample" {', '}']);
    expect(lines).toContain(String.raw`  "report" [label="report\nall_done"];`);
    expect(lines).toContain('  subgraph "cluster_tail" { label="tail";');
    expect(lines).toContain('  "other" -> "report" [style=dotted];');
  });

  test('has the words of its edges', () => {
    const [first, ...others] = graph.edges;
    const labelled = {
      ...graph,
      edges: [...(first === undefined ? [] : [{ ...first, label: 'a "good" one' }]), ...others],
    };
    expect(graphText(labelled, 'mermaid')).toContain('  t0 -->|"a #quot;good#quot; one"| t1');
    expect(graphText(labelled, 'dot')).toContain(String.raw`  "get" -> "clean" [label="a \"good\" one"];`);
  });

  test('of a chain of 2,000 tasks is drawn', () => {
    const task = { kind: null, triggerRule: 'all_success' as const, mapped: null, group: null };
    const nodes = Array.from({ length: 2_000 }, (_, n) => Object.assign({ id: `t${n}` }, task));
    const edges = nodes.slice(1).map(({ id }, n) => ({ from: `t${n}`, to: id, kind: 'order' as const, label: null }));
    const lines = graphText({ dagId: 'chain', nodes, edges, groups: [] }, 'text').split('\n');
    expect(lines).toHaveLength(2_001);
    expect(lines.at(-1)).toMatch(/└─ t1999$/);
  });
});
