import type { Environment } from '../../../runtime/environment.ts';
import { waysIn } from '../variables/kafka-variables.ts';

const passwordVariables = [
  'KAFKA_SASL_SECRET_ID',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_USERNAME_FILE',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_SASL_PASSWORD_FILE',
];

/** What KAFKA_AUTH and KAFKA_TLS ask for beside the other variables: a sentence for each that is missing or means nothing. */
export function wayInConflicts(given: Environment): string[] {
  const auth = given['KAFKA_AUTH'] ?? 'tls';
  // what is wrong by itself is said elsewhere, and not shown here
  if (!waysIn.some((way) => way === auth)) return [];
  const takesPassword = auth === 'scram' || auth === 'plain';
  const passwords = passwordVariables.filter((name) => given[name] !== undefined);
  const needed = 'KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD (or their _FILEs), or KAFKA_SASL_SECRET_ID';
  return [
    ...(takesPassword && passwords.length === 0 ? [`KAFKA_AUTH=${auth}: expected ${needed} too, got nothing`] : []),
    ...(takesPassword ? [] : passwords.map((name) => `${name}: expected KAFKA_AUTH=scram or plain too, got ${auth}`)),
    ...(given['KAFKA_TLS'] === 'off' ? withoutTls(given, auth) : []),
  ];
}

function withoutTls(given: Environment, auth: string): string[] {
  const useless = Object.keys(given).filter((name) => name.startsWith('KAFKA_TLS_') && given[name] !== undefined);
  return [
    ...useless.map((name) => `${name}: expected KAFKA_TLS=on, got off`),
    ...(auth === 'iam' ? ['KAFKA_AUTH=iam: expected KAFKA_TLS=on, since whoever reads the token can use it'] : []),
  ];
}
