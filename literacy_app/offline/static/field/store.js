// What the phone keeps, in IndexedDB: each person's things apart, each change whole and on the disk before it counts.
//
//     const store = await Store.open({ indexedDB, name: "field" });
//     const mine = store.of("staff-7");                          // everything below is of this person alone
//     await mine.put("drafts", { id: "1", text: "..." });        // also get(area, id), delete(area, id), all(area[, state])
//     await mine.batch(["drafts", "records"], async (inside) => { ... });   // all of it or nothing
//     await store.others("staff-7");                             // {people, drafts, unsent} of whoever else uses the phone
//
// Rejects with Store.Missing where nothing can be kept (private window), Store.Full, or Store.Newer when another tab has
// already brought a later version of the app. A change that was not rejected is kept.
(function (root) {
  "use strict";

  const VERSION = 1;
  const AREAS = ["meta", "households", "drafts", "records", "tombstones"];
  const ACKNOWLEDGED = "acknowledged";

  class Missing extends Error {}
  class Full extends Error {}
  class Newer extends Error {}

  function named(error) {
    const name = error && error.name;
    if (name === "QuotaExceededError") return new Full(error.message);
    if (name === "VersionError") return new Newer(error.message);
    return error;
  }

  // Only ever adds: what an earlier version kept stays as it is.
  function upgrade(database, transaction) {
    for (const area of AREAS) {
      const there = database.objectStoreNames.contains(area);
      const store = there ? transaction.objectStore(area) : database.createObjectStore(area, { keyPath: ["owner", "id"] });
      if (!store.indexNames.contains("owner")) store.createIndex("owner", "owner");
      if (!store.indexNames.contains("state")) store.createIndex("state", ["owner", "state"]);
    }
  }

  function connect(indexedDB, name) {
    return new Promise((resolve, reject) => {
      const missing = (error) => {
        const known = named(error);
        reject(known instanceof Full || known instanceof Newer ? known : new Missing(error ? error.message : "no IndexedDB"));
      };
      if (!indexedDB) return missing(null);
      let request;
      try {
        request = indexedDB.open(name, VERSION);
      } catch (error) {
        return missing(error); // some browsers forbid it in a private window
      }
      request.onupgradeneeded = () => upgrade(request.result, request.transaction);
      request.onerror = () => missing(request.error);
      request.onsuccess = () => resolve(request.result);
    });
  }

  const answer = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  // What can be done inside one transaction. Nothing but these may be awaited there, or the browser ends it.
  function inside(transaction, owner) {
    const area = (name) => transaction.objectStore(name);
    return {
      get: (name, id) => answer(area(name).get([owner, id])),
      put: (name, value) => answer(area(name).put(Object.assign({}, value, { owner }))),
      delete: (name, id) => answer(area(name).delete([owner, id])),
      all: (name, state) =>
        answer(state ? area(name).index("state").getAll([owner, state]) : area(name).index("owner").getAll(owner)),
      count: (name, state) =>
        answer(state ? area(name).index("state").count([owner, state]) : area(name).index("owner").count(owner)),
    };
  }

  function begin(database, areas, mode, work, owner) {
    return new Promise((resolve, reject) => {
      // "strict" waits for the disk, not only for the system's memory; a browser that does not know it ignores it.
      const transaction = database.transaction(areas, mode, { durability: "strict" });
      let result, failure;
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(failure || transaction.error || new Error("the change was broken off"));
      const fail = (error) => {
        failure = failure || error;
        try {
          transaction.abort();
        } catch (_) {
          reject(failure); // it has ended already
        }
      };
      (async () => work(inside(transaction, owner)))().then((value) => (result = value), fail);
    });
  }

  class Opened {
    constructor(indexedDB, name) {
      Object.assign(this, { indexedDB, name, database: null });
    }

    async connected() {
      if (this.database) return this.database;
      const database = await connect(this.indexedDB, this.name);
      const lost = () => {
        if (this.database === database) this.database = null;
      };
      database.onclose = lost;
      // Another tab brings a later version: make way, or it waits for ever.
      database.onversionchange = () => {
        database.close();
        lost();
      };
      return (this.database = database);
    }

    // The browser may close the connection under the app; then everything is done once more on a new one.
    async run(areas, mode, owner, work) {
      const database = await this.connected();
      try {
        return await begin(database, areas, mode, work, owner);
      } catch (error) {
        if (this.database === database && error.name !== "InvalidStateError") throw named(error);
        this.database = null;
      }
      try {
        return await begin(await this.connected(), areas, mode, work, owner);
      } catch (error) {
        throw named(error);
      }
    }

    of(owner) {
      const one = (mode, verb) => (area, ...rest) => this.run([area], mode, owner, (store) => store[verb](area, ...rest));
      return {
        owner,
        get: one("readonly", "get"),
        all: one("readonly", "all"),
        count: one("readonly", "count"),
        put: one("readwrite", "put"),
        delete: one("readwrite", "delete"),
        // `work` may be run twice (see `run`), so it changes nothing but the store.
        batch: (areas, work) => this.run(areas, "readwrite", owner, work),
      };
    }

    // Numbers only: who shares the phone learns that something waits, never what or whose.
    async others(owner) {
      const database = await this.connected();
      const transaction = database.transaction(["drafts", "records"]);
      const owners = {};
      const count = (area, index) =>
        new Promise((resolve, reject) => {
          const request = transaction.objectStore(area).index(index).openKeyCursor();
          let found = 0;
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            const cursor = request.result;
            if (!cursor) return resolve(found);
            const [whose, state] = [].concat(cursor.key);
            if (whose !== owner && state !== ACKNOWLEDGED) {
              found += 1;
              owners[whose] = true;
            }
            cursor.continue();
          };
        });
      const [drafts, unsent] = await Promise.all([count("drafts", "owner"), count("records", "state")]);
      return { people: Object.keys(owners).length, drafts, unsent };
    }

    close() {
      if (this.database) this.database.close();
      this.database = null;
    }
  }

  async function open(options) {
    const store = new Opened(options.indexedDB, options.name);
    await store.connected();
    return store;
  }

  root.Store = { open, Missing, Full, Newer };
})(typeof globalThis === "object" ? globalThis : self);
