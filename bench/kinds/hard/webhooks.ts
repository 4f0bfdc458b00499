import type { Draw } from '../draw.ts';
import type { RecordKind } from '../kind.ts';

type Payload = (draw: Draw) => Record<string, unknown>;

const currencies = ['eur', 'usd', 'chf'];
const names = ['Ada Lindt', 'Bo Ek', 'Çağ Öz', 'Dee Roux'];

const amount: Payload = (draw) => ({ amount: 100 + draw.whole(100_000), currency: draw.pick(currencies) });
const address: Payload = (draw) => ({
  address: {
    line1: `${draw.pick(names)} Str. ${draw.whole(200)}`,
    line2: null,
    postal_code: String(draw.whole(99_999)),
  },
});
/** A customer's id; where the receiver asked for it, the customer. */
const customer: Payload = (draw) => {
  const id = `cus_${draw.hex(14)}`;
  return { customer: draw.isTrue(0.7) ? id : { id, email: `${draw.hex(6)}@example.org`, metadata: {} } };
};

/** What the objects of ten resources hold, besides id, type and metadata. */
const resources: Readonly<Record<string, Payload>> = {
  invoice: (draw) => ({
    ...customer(draw),
    ...amount(draw),
    lines: { data: linesOf(draw), has_more: false },
    paid: draw.isTrue(0.5),
  }),
  charge: (draw) => ({
    ...amount(draw),
    ...customer(draw),
    outcome: { risk_score: draw.whole(100), seller_message: 'Payment complete.' },
    card: { brand: draw.pick(['visa', 'amex']), last4: String(1000 + draw.whole(9000)), checks: null },
  }),
  customer: (draw) => ({ name: draw.pick(names), ...address(draw), balance: -draw.whole(500), tax_ids: [] }),
  subscription: (draw) => ({
    ...customer(draw),
    items: { data: linesOf(draw).map((price) => ({ price, quantity: 1 + draw.whole(9) })) },
    trial_end: draw.isTrue(0.5) ? 1_790_000_000 + draw.whole(1e7) : null,
  }),
  payout: (draw) => ({
    ...amount(draw),
    destination: `ba_${draw.hex(14)}`,
    arrival_date: 1_790_000_000 + draw.whole(1e7),
  }),
  dispute: (draw) => ({
    ...amount(draw),
    reason: draw.pick(['fraudulent', 'duplicate']),
    evidence: { customer_name: draw.pick(names), receipt: null },
  }),
  product: (draw) => ({
    name: `Thermometer ${draw.whole(90)}`,
    images: [],
    attributes: draw.isTrue(0.3) ? ['colour', 'size'] : [],
    package_dimensions: null,
  }),
  order: (draw) => ({
    ...amount(draw),
    ...address(draw),
    items: linesOf(draw),
    shipping: { carrier: 'post', tracking: draw.isTrue(0.5) ? draw.hex(12) : null },
  }),
  file: (draw) => ({
    filename: `scan-${draw.whole(1e6)}.pdf`,
    size: draw.whole(1e7),
    links: { data: [], url: `/v1/file_links?file=${draw.hex(12)}` },
  }),
  session: (draw) => ({
    ...amount(draw),
    url: null,
    payment_method_types: ['card', 'sepa_debit'],
    expires_at: 1_790_000_000 + draw.whole(1e7),
    total_details: { amount_tax: draw.whole(900) },
  }),
};

/** What four events add to the object. */
const actions: Readonly<Record<string, Payload>> = {
  created: () => ({}),
  updated: (draw) => ({ previous_attributes: draw.pick([{ status: 'open' }, { ...amount(draw) }, { metadata: {} }]) }),
  failed: (draw) => ({
    error: { code: draw.pick(['card_declined', 'expired']), message: 'Declined.', param: null },
    attempt: draw.whole(5),
  }),
  deleted: () => ({ deleted: true }),
};

const types = Object.keys(resources).flatMap((resource) =>
  Object.keys(actions).map((action) => ({ resource, action })),
);

/** Events of a payment service. */
export const webhooks: RecordKind = {
  name: 'webhooks',
  about:
    '40 types of events, each with a payload of its own under one key, whose fields are now text, now a struct, now null',
  records: 180_000,
  columns: {
    id: 'string',
    object: 'string',
    api_version: 'string',
    created: 'bigint',
    type: 'string',
    livemode: 'boolean',
    pending_webhooks: 'bigint',
    request: { fields: { id: 'string', idempotency_key: 'string' } },
    data: 'json',
  },
  textAt: (draw, index, startMs) => {
    const { resource, action } = draw.pick(types);
    return JSON.stringify({
      id: `evt_${draw.hex(24)}`,
      object: 'event',
      api_version: '2026-09-30',
      created: Math.floor(startMs / 1000) + (index >>> 4),
      type: `${resource}.${action}`,
      livemode: true,
      pending_webhooks: draw.whole(3),
      request: draw.isTrue(0.5)
        ? { id: `req_${draw.hex(14)}`, idempotency_key: draw.hex(32) }
        : { id: null, idempotency_key: null },
      data: dataOf(draw, resource, action),
    });
  },
};

function dataOf(draw: Draw, resource: string, action: string): Record<string, unknown> {
  const object = {
    id: `${resource.slice(0, 3)}_${draw.hex(24)}`,
    object: resource,
    status: draw.pick(['open', 'active', 'closed', null]),
    ...resources[resource]?.(draw),
    metadata: draw.isTrue(0.3) ? { [draw.pick(['ward', 'order', 'ref'])]: String(draw.whole(1000)) } : {},
  };
  return { object, ...actions[action]?.(draw) };
}

function linesOf(draw: Draw): Record<string, unknown>[] {
  return Array.from({ length: 1 + draw.whole(4) }, () => ({
    id: `il_${draw.hex(14)}`,
    ...amount(draw),
    period: { start: 1_780_000_000, end: 1_790_000_000 },
    tax_rates: [],
  }));
}
