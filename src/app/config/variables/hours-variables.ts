import { decimal, headerToken, integer, text, variable } from './variable-kinds.ts';

const hours = 'Hours';
const alerts = 'Alerts';

function webhook(facts: { readonly group: string; readonly about: string }) {
  return variable(
    {
      ...facts,
      expected: 'https://host/path, or http:// for a host without TLS, without user and password',
      secret: true,
    },
    (value) => {
      const url = /^https?:\/\/[^\s/]+/.test(value) ? URL.parse(value) : null;
      return url?.username === '' && url.password === '' ? value : undefined;
    },
  ).optional();
}

/** When an hour counts as complete, what its means call for, and who is told. */
export const hoursVariables = {
  HOURS_EVERY_SECONDS: integer(1, 3600, {
    group: hours,
    about:
      'How often the service settles which hours of the table are complete, writes <table>_hours and evaluates alerts; default: only `glueless hours --settle` does',
  }).optional(),
  HOURS_LATENESS_SECONDS: integer(0, 2_592_000, {
    group: hours,
    about:
      'How much later than its event time a record may be sent: an hour is complete when everything is read past its end and this',
  }).prefault('300'),
  WATERMARK_IDLE_SECONDS: integer(0, 86_400, {
    group: hours,
    about: 'A Kafka partition that is read to its end and has brought nothing for this long holds no hour up',
  }).prefault('300'),
  HOURS_WEBHOOK_URL: webhook({ group: hours, about: 'Gets a POST when an hour is complete or reopened' }),
  HOURS_EVENT_BUS: text({
    group: hours,
    about: 'Name or ARN of the EventBridge event bus that gets an event when an hour is complete or reopened',
  }).optional(),
  WEBHOOK_TOKEN: headerToken({ group: hours, about: 'Bearer token that webhooks are sent with' }).optional(),

  ALERT_COLUMN: text({
    group: alerts,
    about: 'Number column whose hourly mean is watched, like temperature; default: no alerts',
  }).optional(),
  ALERT_GROUP: text({ group: alerts, about: 'Column whose values have a mean each' }).prefault('patientid'),
  ALERT_LOW: decimal(-1e9, 1e9, {
    group: alerts,
    about: 'Hourly means below call for an alert; also marked by `glueless report`',
  }).prefault('36.1'),
  ALERT_HIGH: decimal(-1e9, 1e9, {
    group: alerts,
    about: 'Hourly means above call for an alert; also marked by `glueless report`',
  }).prefault('37.2'),
  ALERT_SAMPLES_MIN: integer(1, 1_000_000, {
    group: alerts,
    about: 'A mean of fewer values neither raises nor resolves an alert',
  }).prefault('5'),
  ALERT_HYSTERESIS: decimal(0, 1e9, {
    group: alerts,
    about: 'How far inside the limits a mean must be to resolve an alert',
  }).prefault('0.1'),
  ALERT_PROVISIONAL_SECONDS: integer(0, 3600, {
    group: alerts,
    about: 'How often hours that still fill are looked at for provisional alerts; 0: never',
  }).prefault('300'),
  ALERT_WEBHOOK_URL: webhook({ group: alerts, about: 'Gets a POST when an alert is raised, acknowledged or resolved' }),
  ALERT_SNS_TOPIC: variable(
    {
      group: alerts,
      about: 'SNS topic that alerts are published to, for e-mail, text messages and more',
      expected: 'the ARN of an SNS topic',
    },
    (value) => (/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/.test(value) ? value : undefined),
  ).optional(),
};
