import { describe, expect, it } from 'vitest';
import { describeGrant, grantsOf, planAcls, type AclEntry } from '../../../src/kafka/access/acl-plan.ts';

const roles = {
  topics: [{ name: 'orders' }],
  groupId: 'lake',
  consumers: ['User:CN=c'],
  producers: ['User:CN=p'],
  admins: [],
  brokers: [],
};

describe('what the roles are granted', () => {
  it('is what each needs, and closes the cluster only for an administrator', () => {
    expect(grantsOf(roles).map(describeGrant)).toEqual([
      'User:CN=c Read topic orders',
      'User:CN=c Describe topic orders',
      'User:CN=c Read group lake',
      'User:CN=p Create topic orders',
      'User:CN=p Write topic orders',
      'User:CN=p Describe topic orders',
    ]);
    const all = { ...roles, consumers: [], producers: [], admins: ['User:CN=a'], brokers: ['User:CN=*.b'] };
    expect(grantsOf(all).map(describeGrant)).toEqual([
      'User:CN=a All cluster',
      'User:CN=a All topic orders',
      'User:CN=a All group lake',
      'User:CN=*.b Read topic orders',
      'User:CN=*.b ClusterAction cluster',
    ]);
    expect(grantsOf({ ...all, admins: [] }).map(describeGrant)).toEqual(['User:CN=*.b Read topic orders']);
  });

  it('counts as there only when an entry allows exactly that, to everywhere', () => {
    const [grant] = grantsOf(roles);
    if (grant === undefined) throw new Error('a grant was expected');
    const held: AclEntry = { ...grant, isAllowed: true, host: '*', pattern: 'literal' };
    expect(planAcls([grant], [held])).toEqual({ missing: [], present: [grant], others: [] });
    const nearly: AclEntry[] = [
      { ...held, isAllowed: false },
      { ...held, host: '10.0.0.1' },
      { ...held, pattern: 'prefixed' },
      { ...held, operation: 'All' },
      { ...held, principal: 'User:CN=C' },
      { ...held, resource: { type: 'group', name: 'orders' } },
    ];
    expect(planAcls([grant], nearly)).toEqual({ missing: [grant], present: [], others: nearly });
  });

  it('is given by prefix for topics that have one in common', () => {
    const grants = grantsOf({ ...roles, topics: [{ name: 'ward.', isPrefix: true }], producers: [] });
    expect(grants.map(describeGrant)).toEqual([
      'User:CN=c Read topic ward. (and what begins so)',
      'User:CN=c Describe topic ward. (and what begins so)',
      'User:CN=c Read group lake',
    ]);
    const held = grants.map((grant): AclEntry => {
      const { type, name } = grant.resource;
      return { ...grant, resource: { type, name }, isAllowed: true, host: '*', pattern: 'literal' };
    });
    expect(planAcls(grants, held).missing.map(describeGrant)).toEqual(grants.slice(0, 2).map(describeGrant));
    const prefixed = held.map((entry) =>
      entry.resource.type === 'topic' ? { ...entry, pattern: 'prefixed' as const } : entry,
    );
    expect(planAcls(grants, prefixed).missing).toEqual([]);
  });
});
