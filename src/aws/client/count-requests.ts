import { awsRequests } from '../../runtime/request-tally.ts';

type Handler = (request: object) => Promise<object>;

interface Context {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** Counts each request that the SDK's client sends from now on, repeated ones too. */
export function countRequests<Client extends { readonly middlewareStack: object }>(client: Client): Client {
  const middleware =
    (next: Handler, { clientName = '', commandName = '' }: Context) =>
    async (request: object): Promise<object> => {
      awsRequests.add(clientName.replace(/Client$/, ''), commandName.replace(/Command$/, ''));
      return next(request);
    };
  const { middlewareStack: stack } = client;
  // every client has types of its own for what passes through, which nobody looks at here
  Reflect.get(stack, 'add').call(stack, middleware, { step: 'deserialize', name: 'countRequests', priority: 'low' });
  return client;
}
