using System.Text;
using DaskVine.Protocol;

namespace DaskVine.LibraryHost;

/// <summary>
/// What calls write to the console. It goes to the library's log, as this process has one output for all threads; of a call that is listened to it is
/// kept as well, wherever the call's own tasks and threads write it.
/// </summary>
internal sealed class CallOutputs : TextWriter
{
    private static readonly AsyncLocal<Listened?> s_call = new();

    private readonly TextWriter _log;
    private readonly Func<Listened, Kept> _kept;

    private CallOutputs(TextWriter log, Func<Listened, Kept> kept) => (_log, _kept) = (log, kept);

    public override Encoding Encoding => _log.Encoding;

    public static void Install()
    {
        Console.SetOut(new CallOutputs(Console.Out, call => call.Out));
        Console.SetError(new CallOutputs(Console.Error, call => call.Error));
    }

    /// <summary>Listens from now on.</summary>
    public static void Begin() => s_call.Value = new Listened();

    /// <summary>What was written since, and no more from now on; null when nobody listened.</summary>
    public static CallOutput? End()
    {
        if (s_call.Value is not { } call)
            return null;
        s_call.Value = null;
        return new CallOutput(call.Out.Text(), call.Error.Text());
    }

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(ReadOnlySpan<char> buffer)
    {
        _log.Write(buffer);
        if (s_call.Value is { } call)
            _kept(call).Add(buffer);
    }

    public override void Flush() => _log.Flush();

    private sealed class Listened
    {
        public Kept Out { get; } = new();

        public Kept Error { get; } = new();
    }

    /// <summary>The first and the last of a text.</summary>
    private sealed class Kept
    {
        private const int Half = 32 * 1024;

        private readonly StringBuilder _first = new();
        private readonly StringBuilder _last = new();
        private long _left;

        public void Add(ReadOnlySpan<char> text)
        {
            lock (_first)
            {
                var room = Math.Min(text.Length, Half - _first.Length);
                _first.Append(text[..room]);
                text = text[room..];
                _last.Append(text);
                if (_last.Length <= 2 * Half)
                    return;
                _left += _last.Length - Half;
                _last.Remove(0, _last.Length - Half);
            }
        }

        public string Text()
        {
            lock (_first)
            {
                var left = _left + Math.Max(0, _last.Length - Half);
                var last = _last.Length <= Half ? _last.ToString() : _last.ToString(_last.Length - Half, Half);
                return left == 0 ? $"{_first}{last}" : $"{_first}\n… {left} characters left out …\n{last}";
            }
        }
    }
}
