import { decimal, password, readHttpUrl, variable } from './variable-kinds.ts';

const monitor = 'Monitor';

/** How `glueless monitor` serves its pages. */
export const monitorVariables = {
  MONITOR_URL: variable(
    {
      group: monitor,
      about:
        'Address under which browsers reach the monitor behind a reverse proxy: its path is where the pages begin; default: HTTP_HOST and HTTP_PORT',
      expected: 'an http or https URL without user, password and query',
    },
    readHttpUrl,
  ).optional(),
  MONITOR_TOKEN: password({
    group: monitor,
    about: 'What people sign in with to acknowledge alerts; default: nobody can, the monitor is read only',
  }).optional(),
  MONITOR_METRICS_URL: variable(
    {
      group: monitor,
      about:
        'Addresses of the consumers’ /metrics, for lag, requests and certificate on the pipeline page; a name that stands for several is asked at each',
      expected: 'http or https URLs separated by commas',
    },
    (value) => {
      const urls = value.split(',').map((each) => readHttpUrl(each.trim()));
      return urls.every((url) => url !== undefined) ? urls : undefined;
    },
  ).optional(),
  MONITOR_REFRESH_SECONDS: decimal(1, 86_400, {
    group: monitor,
    about: 'Numbers older than this are asked for again when somebody looks; on AWS each time is an Athena query',
  }).prefault('60'),
};
