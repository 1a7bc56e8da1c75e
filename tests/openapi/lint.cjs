// node lint.cjs CONFIG DOCUMENT: prints what the linter of Redocly has to say, one line each.
const { lint, loadConfig } = require('@redocly/openapi-core');

async function main([configPath, ref]) {
  const config = await loadConfig({ configPath });
  for (const problem of await lint({ ref, config })) {
    const where = problem.location[0];
    console.log(`${problem.severity} ${problem.ruleId} ${where && where.pointer}: ${problem.message}`);
  }
}

main(process.argv.slice(2));
