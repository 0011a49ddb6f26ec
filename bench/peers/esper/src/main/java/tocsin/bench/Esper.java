package tocsin.bench;

import com.espertech.esper.common.client.EPCompiled;
import com.espertech.esper.common.client.configuration.Configuration;
import com.espertech.esper.compiler.client.CompilerArguments;
import com.espertech.esper.compiler.client.EPCompileException;
import com.espertech.esper.compiler.client.EPCompilerProvider;
import com.espertech.esper.runtime.client.DeploymentOptions;
import com.espertech.esper.runtime.client.EPDeployException;
import com.espertech.esper.runtime.client.EPDeployment;
import com.espertech.esper.runtime.client.EPEventService;
import com.espertech.esper.runtime.client.EPRuntime;
import com.espertech.esper.runtime.client.EPRuntimeProvider;
import com.espertech.esper.runtime.client.EPStatement;
import com.espertech.esper.runtime.client.option.StatementSubstitutionParameterOption;

/** An Esper runtime whose time is that of the events. */
final class Esper implements AutoCloseable {
  private final Configuration configuration = new Configuration();
  private final EPRuntime runtime;
  private long matches = 0;

  Esper(String uri) {
    configuration.getCommon().addEventType("Tick", Tick.class);
    // One thread feeds it: nothing has to be put in order, and no timer runs beside the events.
    configuration.getRuntime().getThreading().setInternalTimerEnabled(false);
    configuration.getRuntime().getThreading().setListenerDispatchPreserveOrder(false);
    configuration.getRuntime().getThreading().setInsertIntoDispatchPreserveOrder(false);
    runtime = EPRuntimeProvider.getRuntime(uri, configuration);
    runtime.initialize();
    runtime.getEventService().clockExternal();
    runtime.getEventService().advanceTime(Ticks.START);
  }

  EPCompiled compile(String epl) throws EPCompileException {
    return EPCompilerProvider.getCompiler().compile(epl, new CompilerArguments(configuration));
  }

  /** Deploys, with values for the text's parameters or null, and counts what the last statement gives. */
  void deploy(EPCompiled compiled, StatementSubstitutionParameterOption parameters) throws EPDeployException {
    DeploymentOptions options = new DeploymentOptions();
    if (parameters != null) options.setStatementSubstitutionParameter(parameters);
    EPDeployment deployment = runtime.getDeploymentService().deploy(compiled, options);
    EPStatement[] statements = deployment.getStatements();
    statements[statements.length - 1].addListener(
        (newEvents, oldEvents, statement, source) -> matches += newEvents == null ? 0 : newEvents.length);
  }

  void play(Tick[] ticks) {
    EPEventService events = runtime.getEventService();
    for (Tick tick : ticks) {
      events.advanceTime(tick.getAt());
      events.sendEventBean(tick, "Tick");
    }
  }

  long matches() {
    return matches;
  }

  @Override
  public void close() {
    runtime.destroy();
  }
}
