/** Requests by service and operation, attempts counted one by one. */
export class RequestTally {
  readonly #counts = new Map<string, Map<string, number>>();

  add(service: string, operation: string): void {
    const operations = this.#counts.get(service) ?? new Map<string, number>();
    operations.set(operation, (operations.get(operation) ?? 0) + 1);
    this.#counts.set(service, operations);
  }

  counts(): { readonly service: string; readonly operation: string; readonly count: number }[] {
    return [...this.#counts].flatMap(([service, operations]) =>
      [...operations].map(([operation, count]) => ({ service, operation, count })),
    );
  }
}

/** What this process has asked of AWS since it began: one tally, since its clients are opened in many places and cost one bill. */
export const awsRequests = new RequestTally();
