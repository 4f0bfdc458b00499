import type { Draw } from '../draw.ts';

/** What a request to the cluster is about. */
export interface Change {
  readonly resource: string;
  readonly verb: string;
  readonly namespace: string;
  readonly name: string;
}

/** The body of a request: one of five forms; none of those that only read. */
export function requestObjectOf(draw: Draw, change: Change): unknown {
  switch (change.verb) {
    case 'patch':
      return draw.isTrue(0.5) ? jsonPatchOf(draw) : { spec: { replicas: draw.whole(20) } };
    case 'delete':
      return { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', preconditions: { uid: draw.hex(32) } };
    case 'update':
      return {
        kind: 'Lease',
        metadata: metadataOf(draw, change),
        spec: { renewTime: null, leaseTransitions: draw.whole(9) },
      };
    case 'create':
      return { kind: 'Pod', apiVersion: 'v1', metadata: metadataOf(draw, change), spec: specOf(draw), status: {} };
    default:
      return undefined;
  }
}

function jsonPatchOf(draw: Draw): Record<string, unknown>[] {
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: String(draw.whole(1e9)) },
    { op: 'replace', path: '/spec/replicas', value: draw.whole(20) },
    { op: 'add', path: '/metadata/labels', value: { team: `team-${draw.whole(30)}` } },
  ].slice(0, 1 + draw.whole(3));
}

function metadataOf(draw: Draw, { namespace, name }: Change): Record<string, unknown> {
  const labels = {
    app: `app-${draw.whole(80)}`,
    [`team-${draw.whole(30)}.example.com/tier`]: draw.pick(['web', 'batch']),
  };
  return {
    name,
    namespace,
    creationTimestamp: null,
    labels,
    managedFields: [
      {
        manager: 'kubectl',
        operation: 'Update',
        fieldsV1: { 'f:metadata': { 'f:labels': managed(Object.keys(labels)) } },
      },
    ],
  };
}

/** Fields that a manager owns: a key each, with nothing in it. */
function managed(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(['.', ...names.map((name) => `f:${name}`)].map((name) => [name, {}]));
}

function specOf(draw: Draw): Record<string, unknown> {
  return {
    containers: Array.from({ length: 1 + draw.whole(2) }, () => containerOf(draw)),
    volumes: [
      { name: 'tmp', emptyDir: {} },
      { name: 'settings', configMap: { name: `settings-${draw.whole(40)}` } },
    ],
    nodeSelector: draw.isTrue(0.3) ? { 'kubernetes.io/arch': 'amd64' } : {},
    tolerations: draw.isTrue(0.3) ? [{ key: 'spot', operator: 'Exists' }] : [],
    securityContext: {},
  };
}

function containerOf(draw: Draw): Record<string, unknown> {
  return {
    name: `c${draw.whole(5)}`,
    image: `registry.example.com/app-${draw.whole(80)}@sha256:${draw.hex(64)}`,
    ports: draw.isTrue(0.5) ? [{ containerPort: 8080, protocol: 'TCP' }] : [],
    env: [
      { name: 'MODE', value: 'live' },
      { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    ],
    resources: draw.isTrue(0.5) ? { limits: { cpu: '500m', memory: '256Mi' }, requests: { cpu: '100m' } } : {},
  };
}
