import type { Columns } from '../columns.ts';
import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';
import { requestObjectOf, type Change } from './audit-request.ts';

const resources = ['pods', 'deployments', 'configmaps', 'leases', 'events', 'nodes'];
const reason = 'RBAC: allowed by ClusterRoleBinding "system:controller" of ClusterRole "system:controller"';

const user: Columns = {
  username: 'string',
  uid: 'string',
  groups: { elements: 'string' },
  extra: 'json',
};

/** Audit events of a Kubernetes cluster. */
export const audit: RecordKind = {
  name: 'audit',
  about:
    'Kubernetes’ audit events: labels and annotations with free keys, the object of the request in five forms, one of them an array, empty objects and arrays throughout',
  records: 90_000,
  columns: {
    kind: 'string',
    apiVersion: 'string',
    level: 'string',
    auditID: 'string',
    stage: 'string',
    requestURI: 'string',
    verb: 'string',
    user: { fields: user },
    sourceIPs: { elements: 'string' },
    userAgent: 'string',
    objectRef: {
      fields: {
        resource: 'string',
        namespace: 'string',
        name: 'string',
        apiGroup: 'string',
        apiVersion: 'string',
        subresource: 'string',
      },
    },
    responseStatus: { fields: { metadata: 'json', code: 'bigint', status: 'string', reason: 'string' } },
    requestObject: 'json',
    requestReceivedTimestamp: 'timestamp',
    stageTimestamp: 'timestamp',
    annotations: 'json',
  },
  textAt: (draw, index, startMs) => {
    const change = changeOf(draw);
    const atMicros = (startMs + index * 30) * 1000 + draw.whole(1_000_000);
    return JSON.stringify({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: draw.pick(['Metadata', 'Request', 'RequestResponse']),
      auditID: `${draw.hex(8)}-${draw.hex(4)}-4${draw.hex(3)}-a${draw.hex(3)}-${draw.hex(12)}`,
      stage: 'ResponseComplete',
      requestURI: `/api/v1/namespaces/${change.namespace}/${change.resource}/${change.name}?timeout=10s`,
      verb: change.verb,
      user: userOf(draw),
      sourceIPs: [`10.0.${draw.whole(16)}.${draw.whole(256)}`],
      userAgent: draw.pick(['kubelet/v1.34.1 (linux/amd64)', 'kubectl/v1.34.0', 'argocd-controller/v3.1']),
      objectRef: objectRefOf(draw, change),
      responseStatus: draw.isTrue(0.9)
        ? { metadata: {}, code: 200 }
        : { metadata: {}, status: 'Failure', reason: 'Conflict', code: 409 },
      ...requestOf(draw, change),
      requestReceivedTimestamp: microTime(atMicros),
      stageTimestamp: microTime(atMicros + draw.whole(90_000)),
      annotations: annotationsOf(draw),
    });
  },
};

function changeOf(draw: Draw): Change {
  const resource = draw.pick(resources);
  return {
    resource,
    verb: draw.pick(['get', 'list', 'patch', 'update', 'create', 'delete']),
    namespace: `ns-${draw.whole(60)}`,
    name: `${resource.slice(0, -1)}-${draw.hex(10)}`,
  };
}

function requestOf(draw: Draw, change: Change): Record<string, unknown> {
  const requestObject = requestObjectOf(draw, change);
  return requestObject === undefined ? {} : { requestObject };
}

function userOf(draw: Draw): Record<string, unknown> {
  const account = `ns-${draw.whole(60)}:runner`;
  return {
    username: `system:serviceaccount:${account}`,
    ...(draw.isTrue(0.7) && { uid: draw.hex(32) }),
    groups: ['system:serviceaccounts', 'system:authenticated'],
    ...(draw.isTrue(0.5) && {
      extra: { 'authentication.kubernetes.io/pod-name': [`runner-${draw.hex(5)}`], 'iam.example.com/scopes': [] },
    }),
  };
}

function objectRefOf(draw: Draw, { resource, namespace, name }: Change): Record<string, unknown> {
  return {
    resource,
    ...(resource !== 'nodes' && { namespace }),
    name,
    ...(resource === 'deployments' && { apiGroup: 'apps' }),
    apiVersion: 'v1',
    ...(draw.isTrue(0.2) && { subresource: 'status' }),
  };
}

function annotationsOf(draw: Draw): Record<string, string> {
  return {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': draw.isTrue(0.8) ? reason : '',
    ...(draw.isTrue(0.3) && { [`policy-${draw.whole(40)}.example.com/round_0`]: '{"allowed":true,"mutated":false}' }),
  };
}

function microTime(micros: number): string {
  const text = new Date(Math.floor(micros / 1000)).toISOString();
  return text.replace('Z', `${String(micros % 1000).padStart(3, '0')}Z`);
}
