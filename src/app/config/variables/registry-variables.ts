import { file, password, text, variable, yesNo } from './variable-kinds.ts';

const group = 'Schema registry';

/** Where the schemas of VALUE_FORMAT=avro are. */
export const registryVariables = {
  SCHEMA_REGISTRY_URL: variable(
    {
      group,
      about:
        'Address of Confluent’s schema registry, or of one with its interface: frames of five bytes name its schemas',
      expected: 'https://host:port or http://host:port, without user and password',
    },
    readAddress,
  ).optional(),
  SCHEMA_REGISTRY_GLUE: yesNo({
    group,
    about: 'AWS Glue’s schema registry in AWS_REGION is asked too: frames of eighteen bytes name its schemas',
  }).prefault('false'),
  SCHEMA_REGISTRY_USERNAME: text({
    group,
    about: 'User of the registry at SCHEMA_REGISTRY_URL, or its API key',
  }).optional(),
  SCHEMA_REGISTRY_USERNAME_FILE: file({ group, about: 'Path of a file with the user' }).optional(),
  SCHEMA_REGISTRY_PASSWORD: password({ group, about: 'Password of that user, or the API key’s secret' }).optional(),
  SCHEMA_REGISTRY_PASSWORD_FILE: file({
    group,
    about: 'Path of a file with the password; files are read for every request',
  }).optional(),
  SCHEMA_REGISTRY_SECRET_ID: text({
    group,
    about:
      'Name or ARN of a secret in AWS Secrets Manager that holds {"username", "password"}; read for every request, of which there is one for each schema',
  }).optional(),
  SCHEMA_REGISTRY_TLS_CA_FILE: file({
    group,
    about:
      'Path of a PEM file with the only authorities that may sign the registry’s certificate; default: the system’s',
  }).optional(),
  SCHEMA_REGISTRY_TLS_CERT_FILE: file({
    group,
    about: 'Path of a PEM file with a client certificate for the registry',
  }).optional(),
  SCHEMA_REGISTRY_TLS_KEY_FILE: file({ group, about: 'Path of a PEM file with its private key' }).optional(),
};

function readAddress(value: string): string | undefined {
  const url = URL.parse(value);
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
  return isPlain && url.username === '' && url.password === '' && !/[\p{Cc}\s]/u.test(value) ? value : undefined;
}
