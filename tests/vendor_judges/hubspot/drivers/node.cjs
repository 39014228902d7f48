// HubSpot's `@hubspot/api-client` (v3 objects, v4 associations) moves a small company into a portal. Argument: its URL.
const assert = require("node:assert");
const { Client } = require("@hubspot/api-client");

const KEY = "crm_migrate_id";
const crm = new Client({ accessToken: "pat-na1-simulated", basePath: process.argv[2] }).crm;

async function refused(status, act) {
  try {
    await act();
  } catch (error) {
    assert.strictEqual(error.code, status);
    return error.body;
  }
  throw new Error(`${status} was expected`);
}

async function prepare() {
  for (const of of ["contacts", "companies"]) {
    await crm.properties.groupsApi.create(of, { name: "migration", label: "Migration", displayOrder: -1 });
    const made = await crm.properties.coreApi.create(of, {
      name: KEY, label: "Key", type: "string", fieldType: "text", groupName: "migration", hasUniqueValue: true,
    });
    assert(made.hasUniqueValue);
  }
}

async function load() {
  const inputs = [...Array(20).keys()].map((n) => ({
    id: `k${n}`, idProperty: KEY, properties: { lastname: "Yılmaz", email: `y${n}@firma.example` },
  }));
  const first = await crm.contacts.batchApi.upsert({ inputs });
  const again = await crm.contacts.batchApi.upsert({ inputs });
  assert(first.results.every((each) => each._new) && !again.results.some((each) => each._new));
  const read = await crm.contacts.batchApi.read({
    inputs: inputs.map((each) => ({ id: each.id })), idProperty: KEY, properties: [KEY], propertiesWithHistory: [],
  });
  const firms = await crm.companies.batchApi.create({
    inputs: [{ properties: { [KEY]: "f0", name: "Firma" }, associations: [] }],
  });
  return [read, firms].map((each) => Object.fromEntries(each.results.map((r) => [r.properties[KEY], r.id])));
}

async function link(people, firms) {
  const types = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 1 }];
  const inputs = Object.values(people).map((id) => ({ _from: { id }, to: { id: firms.f0 }, types }));
  const made = await crm.associations.v4.batchApi.create("contacts", "companies", { inputs });
  assert.strictEqual(made.results.length, inputs.length);
  const asked = Object.values(people).map((id) => ({ id }));
  const read = await crm.associations.v4.batchApi.getPage("contacts", "companies", { inputs: asked });
  return read.results.length;
}

async function lookAround(people) {
  const all = await crm.contacts.getAll(7);
  assert.deepStrictEqual(new Set(all.map((each) => each.id)), new Set(Object.values(people)));
  const body = await refused(409, () => crm.contacts.basicApi.create({ properties: { email: "Y1@firma.example" }, associations: [] }));
  assert.strictEqual(body.category, "CONFLICT");
  await refused(400, () => crm.contacts.basicApi.create({ properties: { nosuchproperty: "x" }, associations: [] }));
  const hits = await crm.contacts.searchApi.doSearch({
    filterGroups: [{ filters: [{ propertyName: "email", operator: "EQ", value: "y1@firma.example" }] }],
    sorts: [], properties: [KEY], limit: 10, after: "0",
  });
  assert.strictEqual(hits.results[0].id, people.k1);
  assert.strictEqual((await crm.owners.ownersApi.getPage()).results.length, 2);
}

(async () => {
  await prepare();
  const [people, firms] = await load();
  const linked = await link(people, firms);
  await lookAround(people);
  await crm.contacts.batchApi.archive({ inputs: [{ id: people.k9 }] });
  delete people.k9;
  console.log(JSON.stringify({ contacts: people, companies: firms, linked }));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
