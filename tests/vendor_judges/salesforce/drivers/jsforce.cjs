// jsforce works with an org. Arguments: its URL, a scenario. Prints what it believes.
const assert = require("node:assert");
const jsforce = require("jsforce");

const [url, scenario] = process.argv.slice(2);
const KEY = "Legacy_Key__c";

async function signedIn() {
  const form = "grant_type=client_credentials&client_id=crm-migrate&client_secret=not-a-secret";
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const said = await (await fetch(`${url}/services/oauth2/token`, { method: "POST", headers, body: form })).json();
  const connection = new jsforce.Connection({ instanceUrl: said.instance_url, accessToken: said.access_token, version: "62.0" });
  connection.bulk.pollInterval = connection.bulk2.pollInterval = 20;
  return connection;
}

const scenarios = {
  async rows(connection) {
    const one = await connection.sobject("Account").create({ Name: "Büro Yılmaz", [KEY]: "a1" });
    assert.ok(one.success && one.id.length === 18);
    const several = await connection.sobject("Contact").create([
      { LastName: "Kaya", Account: { [KEY]: "a1" }, [KEY]: "c1" },
      { FirstName: "nobody" },
    ]);
    assert.deepStrictEqual(several.map((result) => result.success), [true, false]);
    assert.strictEqual(several[1].errors[0].statusCode ?? several[1].errors[0].errorCode, "REQUIRED_FIELD_MISSING");
    const upserted = await connection.sobject("Contact").upsert([{ [KEY]: "c1", FirstName: "Ali" }, { [KEY]: "c2", LastName: "Demir" }], KEY);
    assert.deepStrictEqual(upserted.map((result) => result.created), [false, true]);
    const read = await connection.sobject("Contact").retrieve(several[0].id);
    assert.strictEqual(read.Name, "Ali Kaya");
    const found = await connection.sobject("Contact").find({ LastName: { $like: "K%" } }, ["Id", "Account.Name"]).sort({ CreatedDate: -1 }).limit(5);
    assert.strictEqual(found[0].Account.Name, "Büro Yılmaz");
    await connection.sobject("Contact").update({ Id: several[0].id, Email: "ALI@example.com" });
    const removed = await connection.sobject("Contact").destroy([several[0].id, upserted[1].id]);
    assert.deepStrictEqual(removed.map((result) => result.success), [true, true]);
    await assert.rejects(connection.sobject("Contact").retrieve(several[0].id), /ENTITY_IS_DELETED|deleted/);
    await assert.rejects(connection.query("SELECT Nonsense FROM Account"), /No such column/);
    return { Account: 1, Contact: 2 };
  },
  async pages(connection) {
    const people = Array.from({ length: 450 }, (_, n) => ({ LastName: `K${n}`, [KEY]: `k${n}` }));
    const made = await connection.sobject("Contact").create(people, { allowRecursive: true });
    assert.strictEqual(made.filter((result) => result.success).length, 450);
    const first = await connection.query("SELECT Id FROM Contact");
    assert.ok(!first.done && first.records.length === 200 && first.totalSize === 450);
    const second = await connection.queryMore(first.nextRecordsUrl);
    assert.strictEqual(second.records.length, 200);
    const all = await connection.query(`SELECT ${KEY} FROM Contact`, { autoFetch: true, maxFetch: 1000 });
    const seen = new Set();
    for (let page = all; ; page = await connection.queryMore(page.nextRecordsUrl)) {
      page.records.forEach((record) => seen.add(record[KEY]));
      if (page.done) break;
    }
    assert.strictEqual(seen.size, 450);
    return { Contact: 450 };
  },
  async describes(connection) {
    const account = await connection.sobject("Account").describe();
    assert.ok(account.fields.find((field) => field.name === KEY).externalId);
    assert.ok((await connection.describeGlobal()).sobjects.some((each) => each.name === "Opportunity"));
    const identity = await connection.identity();
    assert.strictEqual(identity.username, "integration@simulated.example");
    const field = { fullName: "Account.More__c", label: "More", type: "Text", length: 40, externalId: true };
    const created = await connection.metadata.create("CustomField", field);
    assert.ok(created.success, JSON.stringify(created));
    const again = await connection.metadata.create("CustomField", field);
    assert.ok(!again.success);
    const tooling = await connection.tooling.query("SELECT Id, DeveloperName FROM CustomField WHERE DeveloperName = 'More'");
    assert.strictEqual(tooling.records.length, 1);
    return {};
  },
  async bulk1(connection) {
    const rows = [{ [KEY]: "a1", Name: "A" }, { [KEY]: "a2", Name: "" }];
    const results = await connection.bulk.load("Account", "upsert", { extIdField: KEY }, rows);
    assert.deepStrictEqual(results.map((result) => result.success), [true, false]);
    const found = await (await connection.bulk.query(`SELECT Id, Name, ${KEY} FROM Account`)).toArray();
    assert.deepStrictEqual(found.map((row) => row.Name), ["A"]);
    return { Account: 1 };
  },
  async bulk2(connection) {
    const rows = Array.from({ length: 30 }, (_, n) => ({ [KEY]: `b${n}`, Name: `Büro ${n}, "${n}"` }));
    const results = await connection.bulk2.loadAndWaitForResults({ object: "Account", operation: "insert", input: rows, pollTimeout: 20000, pollInterval: 20 });
    assert.strictEqual(results.successfulResults.length, 30);
    const again = await connection.bulk2.loadAndWaitForResults({ object: "Account", operation: "insert", input: rows.slice(0, 2), pollTimeout: 20000, pollInterval: 20 });
    assert.strictEqual(again.failedResults.length, 2);
    assert.match(again.failedResults[0].sf__Error, /DUPLICATE_VALUE/);
    const stream = await connection.bulk2.query(`SELECT Id, Name, ${KEY} FROM Account`, { pollTimeout: 20000, pollInterval: 20 });
    const found = await stream.toArray();
    assert.strictEqual(found.length, 30);
    return { Account: 30 };
  },
};

signedIn()
  .then(scenarios[scenario])
  .then((believed) => console.log(JSON.stringify(believed)))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
