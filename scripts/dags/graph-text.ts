import { nodeWords, type DagGraph, type GraphNode } from './dag-graph.ts';

/** How `tw dags graph` can show a graph. */
export const graphFormats = ['text', 'mermaid', 'dot', 'json'] as const;

/** A format's name. */
export type GraphFormat = (typeof graphFormats)[number];

/** A graph in one of the formats. */
export function graphText(graph: DagGraph, format: GraphFormat): string {
  if (format === 'json') return JSON.stringify(graph);
  return { text: treeText, mermaid: mermaidText, dot: dotText }[format](graph);
}

/**
 * A tree of lines, each task once: below the one of its upstream tasks that was defined last, which is the nearest one, with
 * the others named beside it.
 */
function treeText({ dagId, nodes, edges }: DagGraph): string {
  const place = new Map(nodes.map(({ id }, at) => [id, at]));
  const upstream = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to } of edges) upstream.get(to)?.push(from);
  const below = new Map<string, GraphNode[]>([['', []], ...nodes.map(({ id }): [string, GraphNode[]] => [id, []])]);
  const rest = new Map<string, readonly string[]>();
  for (const node of nodes) {
    const inOrder = (upstream.get(node.id) ?? []).toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
    below.get(inOrder.at(-1) ?? '')?.push(node);
    rest.set(node.id, inOrder.slice(0, -1));
  }
  const lines = [dagId];
  // Not by recursion: a chain of some thousand tasks is as deep.
  const open = childrenOf('', '');
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, indent, isLast } = next;
    const others = rest.get(node.id) ?? [];
    const also = others.length === 0 ? [] : [`(also after ${others.join(', ')})`];
    lines.push(`${indent}${isLast ? '└─' : '├─'} ${[...nodeWords(node), ...also].join('  ')}`);
    for (const child of childrenOf(node.id, `${indent}${isLast ? '   ' : '│  '}`)) open.push(child);
  }
  return lines.join('\n');

  function childrenOf(id: string, indent: string) {
    const children = below.get(id) ?? [];
    return children.map((node, at) => ({ node, indent, isLast: at === children.length - 1 })).toReversed();
  }
}

function mermaidText(graph: DagGraph): string {
  // Ids have dots and dashes, which Mermaid's do not.
  const names = new Map(graph.nodes.map(({ id }, at) => [id, `t${at}`]));
  const groups = new Map(graph.groups.map(({ id }, at) => [id, `g${at}`]));
  const boxes = boxesOf(graph, {
    node: (node) => `${names.get(node.id)}["${nodeWords(node).join('<br/>')}"]`,
    open: (id) => `subgraph ${groups.get(id)}["${id}"]`,
    close: 'end',
  });
  const arrows = graph.edges.map(({ from, to, kind, label }) => {
    const words = label === null ? '' : `|"${label.replaceAll('"', '#quot;')}"|`;
    return `  ${names.get(from)} ${kind === 'data' ? '-->' : '-.->'}${words} ${names.get(to)}`;
  });
  return ['flowchart LR', ...boxes, ...arrows].join('\n');
}

function dotText(graph: DagGraph): string {
  const boxes = boxesOf(graph, {
    node: (node) => `"${node.id}" [label="${nodeWords(node).join('\\n')}"];`,
    // Graphviz draws a box around what is named like this alone.
    open: (id) => `subgraph "cluster_${id}" { label="${id}";`,
    close: '}',
  });
  const arrows = graph.edges.map(({ from, to, kind, label }) => {
    const style = [
      ...(kind === 'data' ? [] : ['style=dotted']),
      ...(label === null ? [] : [`label=${JSON.stringify(label)}`]),
    ];
    return `  "${from}" -> "${to}"${style.length === 0 ? '' : ` [${style.join(' ')}]`};`;
  });
  return [`digraph "${graph.dagId}" {`, '  rankdir=LR;', '  node [shape=box];', ...boxes, ...arrows, '}'].join('\n');
}

/** How a language of pictures writes a task, and a group around tasks. */
interface Boxes {
  readonly node: (node: GraphNode) => string;
  readonly open: (groupId: string) => string;
  readonly close: string;
}

/** Tasks within their groups, and groups within theirs. */
function boxesOf({ nodes, groups }: DagGraph, boxes: Boxes): readonly string[] {
  const within = (group: string | null, indent: string): readonly string[] => [
    ...nodes.filter((node) => node.group === group).map((node) => `${indent}${boxes.node(node)}`),
    ...groups
      .filter(({ parent }) => parent === group)
      .flatMap(({ id }) => [`${indent}${boxes.open(id)}`, ...within(id, `${indent}  `), `${indent}${boxes.close}`]),
  ];
  return within(null, '  ');
}
