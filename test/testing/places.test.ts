import { openPlaces } from '../../workflows/engine/places.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('places of activities and children', () => {
  test('are taken at once as far as there are any, then in the order in which they were asked for', async () => {
    const places = openPlaces(2);
    expect([places.take(never), places.take(never)]).toEqual([undefined, undefined]);
    const came: string[] = [];
    const [third, fourth] = ['third', 'fourth'].map((name) => places.take(never)?.then(() => came.push(name)));
    places.leave();
    await third;
    expect(came).toEqual(['third']);
    places.leave();
    await fourth;
    places.leave();
    places.leave();
    expect([places.take(never), places.take(never)]).toEqual([undefined, undefined]);
    expect(places.take(never)).toBeInstanceOf(Promise);
  });

  test('are nobody’s who was cancelled while he waited', async () => {
    const places = openPlaces(1);
    expect(places.take(never)).toBeUndefined();
    let cancel: (error: Error) => void = () => undefined;
    const waits = places.take(() => new Promise<never>((_, reject) => (cancel = reject)));
    const next = places.take(never);
    cancel(new Error('cancelled'));
    await expect(waits).rejects.toThrow('cancelled');
    places.leave();
    await expect(next).resolves.toBeUndefined();
    places.leave();
    expect(places.take(never)).toBeUndefined();
  });

  test('have to be waited for from the moment on at which that is said, and by then more may be taken than there are', async () => {
    let isBounded = false;
    const places = openPlaces(1, () => isBounded);
    expect([places.take(never), places.take(never), places.take(never)]).toEqual([undefined, undefined, undefined]);
    isBounded = true;
    let hasCome = false;
    const waits = places.take(never)?.then(() => (hasCome = true));
    places.leave();
    places.leave();
    await Promise.resolve();
    expect(hasCome).toBe(false);
    places.leave();
    await waits;
    expect(hasCome).toBe(true);
  });
});
